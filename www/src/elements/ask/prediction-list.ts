import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../api/logitscope';
import { percent, shown } from '../../words/format';
import { tell } from '../events';
import { base, row } from '../styles';

/** What the model expects next: each a click away from being the answer, or what it is compared with. */
@customElement('prediction-list')
export class PredictionList extends LitElement {
  @property({ attribute: false }) predictions: readonly Prediction[] = [];
  /** The ids of the tokens that are explained, and compared with. */
  @property({ type: Number }) answer?: number;
  @property({ type: Number }) incorrect?: number;

  protected override render() {
    return html`
      <span class="gutter" id="label">next</span>
      <ol aria-labelledby="label">
        ${this.predictions.map((prediction) => {
          const { id, text, probability } = prediction;
          const token = shown(text);
          const answer = this.answer === id;
          const incorrect = this.incorrect === id;
          return html`<li>
            <button
              type="button"
              aria-pressed=${answer ? 'true' : 'false'}
              aria-label="Explain ${token}, ${percent(probability)}"
              title="Explain this token"
              @click=${() => tell(this, 'prediction-choose', { field: 'answer', prediction })}
            >
              <span class="token">${token}</span> <span class="mono grey">${percent(probability)}</span>
            </button>
            <button
              type="button"
              class="versus"
              aria-pressed=${incorrect ? 'true' : 'false'}
              aria-label="Compare with ${token} (vs)"
              title="Compare the answer with this token"
              @click=${() => tell(this, 'prediction-choose', { field: 'incorrect', prediction })}
            >vs</button>
          </li>`;
        })}
      </ol>
    `;
  }

  static override styles = [
    base,
    row,
    css`
      ol {
        display: flex;
        gap: 8px;
        min-height: calc(var(--target) + 8px);
        padding: 3px 1px 5px;
        overflow-x: auto;
        scrollbar-width: thin;
      }
      /* WebKit alone knows this property. Its scrollbar lies on what is scrolled, and takes the clicks that are meant for it. */
      @supports (-webkit-nbsp-mode: space) {
        ol {
          padding-bottom: 21px;
          margin-bottom: -8px;
        }
      }
      li {
        display: flex;
        flex: none;
      }
      button {
        border-color: var(--hairline);
        border-radius: 4px 0 0 4px;
        white-space: nowrap;
        color: var(--ink);
      }
      .versus {
        margin-left: -1px;
        border-radius: 0 4px 4px 0;
        color: var(--grey);
      }
      button[aria-pressed='true'] {
        position: relative;
        border-color: var(--accent);
        background: var(--accent-ground);
        color: var(--ink);
      }
      @media (max-width: 720px) {
        .versus {
          min-width: 44px;
        }
      }
    `,
  ];
}
