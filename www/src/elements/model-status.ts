import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { bytes, duration } from '../format';
import { SessionController, session } from '../session';
import { BUNDLED, sourceName } from '../source';
import { base } from '../styles';

/** A model on its way, or why it did not come. The one in use stays usable meanwhile. */
@customElement('model-status')
export class ModelStatus extends LitElement {
  readonly controller = new SessionController(this);

  #loading() {
    const { loading } = session.state;
    if (!loading) return nothing;
    const { source, file, loaded, total, fromCache, rate } = loading;
    const left = rate && total !== undefined ? (total - loaded) / rate : undefined;
    const facts = [
      loaded && (total === undefined ? bytes(loaded) : `${bytes(loaded)} of ${bytes(total)}`),
      loaded && fromCache ? 'from this browser’s storage' : rate && `${bytes(rate)}/s`,
      left && left > 0.5 && !fromCache && `${duration(left)} left`,
    ];
    return html`<div class="strip small">
      <span id="what">Loading ${sourceName(source)}</span>
      <progress aria-labelledby="what" max=${total ?? 1} .value=${loaded} ?data-unknown=${!total}></progress>
      <span class="mono grey">${facts.filter(Boolean).join(' · ') || file || 'opening'}</span>
      <button type="button" @click=${() => session.cancelLoading()}>Cancel</button>
    </div>`;
  }

  #failure() {
    const { failure, model } = session.state;
    if (!failure) return nothing;
    const { source, message, offline } = failure;
    return html`<div class="strip small" role="alert">
      <p>
        <strong class="wrong">${sourceName(source)} did not load${offline ? ', because this device is offline' : ''}.</strong>
        ${message} ${model ? html`<span class="grey">${sourceName(model.source)} is still here.</span>` : nothing}
      </p>
      <button type="button" class="main" @click=${() => session.open(source)}>Try again</button>
      ${model
        ? html`<button type="button" @click=${() => session.dismiss()}>Dismiss</button>`
        : source.kind === 'bundled'
          ? nothing
          : html`<button type="button" @click=${() => session.open(BUNDLED)}>Use the bundled model</button>`}
    </div>`;
  }

  protected override render() {
    return html`${this.#loading()} ${this.#failure()}
      <p class="unseen" role="status">${session.state.loading ? `Loading ${sourceName(session.state.loading.source)}` : nothing}</p>`;
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
      progress {
        flex: 1;
        min-width: 96px;
        max-width: 320px;
        height: 4px;
        border: 0;
        border-radius: 2px;
        background: var(--hairline);
        overflow: hidden;
      }
      progress::-webkit-progress-bar {
        background: var(--hairline);
      }
      progress::-webkit-progress-value {
        background: var(--accent);
      }
      progress::-moz-progress-bar {
        background: var(--accent);
      }
    `,
  ];
}
