import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Loading } from '../../state/model';
import { sourceName } from '../../state/source';
import { bytes, duration } from '../../words/format';
import { tell } from '../events';
import { base } from '../styles';

/** A model on its way: how much has come, how fast, how long it takes yet, and the way out. */
@customElement('model-progress')
export class ModelProgress extends LitElement {
  @property({ attribute: false }) loading?: Loading;

  protected override render() {
    if (!this.loading) return nothing;
    const { source, loaded, total, fromCache, waiting, rate, stalled } = this.loading;
    const left = rate && total !== undefined ? (total - loaded) / rate : 0;
    const facts = [
      waiting && 'waiting for another tab, which is downloading it',
      loaded ? (total === undefined ? bytes(loaded) : `${bytes(loaded)} of ${bytes(total)}`) : !waiting && 'opening',
      fromCache ? 'kept in this browser' : rate && `${bytes(rate)}/s`,
      stalled && `nothing has come for ${duration(stalled)}`,
      left > 0.5 && !fromCache && `${duration(left)} left`,
    ];
    return html`
      <span id="what" role="status">Loading ${sourceName(source)}</span>
      <progress aria-labelledby="what" max=${total ?? 1} .value=${total === undefined ? 0 : loaded}></progress>
      <span class="facts mono grey">${facts.filter(Boolean).join(' · ')}</span>
      <button type="button" @click=${() => tell(this, 'loading-cancel')}>Cancel</button>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 0 16px;
        min-width: 0;
        font-size: var(--small);
        white-space: nowrap;
      }
      /* What it says grows and shrinks, and moves nothing. */
      #what,
      .facts {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .facts {
        flex: 0 1 auto;
      }
      progress {
        flex: 1;
        min-width: 48px;
        max-width: 240px;
        height: 4px;
        border: 0;
        border-radius: 2px;
        background: var(--hairline);
        overflow: hidden;
      }
      @media (max-width: 720px) {
        :host {
          display: grid;
          grid-template-columns: minmax(0, 1fr) 96px auto;
        }
        .facts {
          grid-row: 2;
          grid-column: 1 / 3;
          min-height: 20px;
        }
        button {
          grid-area: 1 / 3 / 3;
        }
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
