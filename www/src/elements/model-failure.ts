import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { SessionController, session } from '../session';
import { BUNDLED, sourceName } from '../source';
import { base } from '../styles';

/** Why a model did not load. The one in use stays usable. */
@customElement('model-failure')
export class ModelFailure extends LitElement {
  readonly controller = new SessionController(this);

  protected override render() {
    const { failure, model } = session.state;
    if (!failure) return nothing;
    const { source, message, offline } = failure;
    return html`<div class="strip small" role="alert">
      <p>
        <strong class="wrong">${sourceName(source)} did not load${offline ? ', because this device is offline' : ''}.</strong>
        ${message} ${model ? html`<span class="grey">Still in use: ${sourceName(model.source)}.</span>` : nothing}
      </p>
      <button type="button" class="main" @click=${() => session.open(source)}>Try again</button>
      ${model
        ? html`<button type="button" @click=${() => session.dismiss()}>Dismiss</button>`
        : source.kind === 'bundled'
          ? nothing
          : html`<button type="button" @click=${() => session.open(BUNDLED)}>Use the bundled model</button>`}
    </div>`;
  }

  static override styles = [
    base,
    css`
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
        margin: 0 -24px;
        padding: 4px 24px;
        border-bottom: 1px solid var(--hairline);
      }
      p {
        flex: 1;
        min-width: 240px;
        max-width: 960px;
        overflow-wrap: anywhere;
      }
      @media (max-width: 720px) {
        .strip {
          margin: 0 -16px;
          padding: 4px 16px;
        }
      }
    `,
  ];
}
