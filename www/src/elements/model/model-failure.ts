import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Failure } from '../../state/model';
import { BUNDLED, sourceName, type Source } from '../../state/source';
import { tell } from '../events';
import { base } from '../styles';

const HAPPENED: Record<Failure['kind'], string> = {
  'not loaded': 'did not load',
  offline: 'did not load, because this device is offline',
  stopped: 'stopped',
};

/** Why there is not the model that was wanted: it did not load, or it ended by itself. */
@customElement('model-failure')
export class ModelFailure extends LitElement {
  @property({ attribute: false }) failure?: Failure;
  /** The model's that is in use all the same. */
  @property({ attribute: false }) used?: Source;

  protected override render() {
    const { failure, used } = this;
    if (!failure) return nothing;
    const { source, kind, message } = failure;
    return html`<div class="strip small" role="alert">
      <p>
        <strong class="wrong">${sourceName(source)} ${HAPPENED[kind]}.</strong>
        ${message} ${used ? html`<span class="grey">Still in use: ${sourceName(used)}.</span>` : nothing}
      </p>
      <button type="button" class="main" @click=${() => tell(this, 'model-open', source)}>Try again</button>
      ${used
        ? html`<button type="button" @click=${() => tell(this, 'failure-dismiss')}>Dismiss</button>`
        : source.kind === 'bundled'
          ? nothing
          : html`<button type="button" @click=${() => tell(this, 'model-open', BUNDLED)}>Use the bundled model</button>`}
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
        p {
          flex-basis: 100%;
        }
      }
    `,
  ];
}
