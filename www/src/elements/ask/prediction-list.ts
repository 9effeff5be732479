import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Prediction, Token } from '../../api/logitscope';
import { percent, pieceName, pieces, shown } from '../../words/format';
import { tell } from '../events';
import { row } from '../row';
import { base } from '../styles';

/** What the model expects next: each a click away from being the answer, or what it is compared with. */
@customElement('prediction-list')
export class PredictionList extends LitElement {
  @property({ attribute: false }) predictions: readonly Prediction[] = [];
  /** The ids of the tokens that are explained, and compared with. */
  @property({ type: Number }) answer?: number;
  @property({ type: Number }) incorrect?: number;
  /** The tokens that they would follow. */
  @property({ attribute: false }) preceding: readonly Token[] = [];
  /** The button that the Tab key goes to, by its place. */
  @state() private stop = 0;

  /** Arrows walk the list, which is one stop of the Tab key. */
  #walk(event: KeyboardEvent): void {
    const buttons = [...this.renderRoot.querySelectorAll('button')];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = buttons[to];
    if (!next) return;
    this.stop = to;
    next.focus();
  }

  protected override render() {
    const { predictions, preceding } = this;
    const stop = Math.min(this.stop, 2 * predictions.length - 1);
    return html`
      <span class="gutter" id="label">next</span>
      <ol aria-labelledby="label" @keydown=${this.#walk} @focusin=${this.#focused}>
        ${predictions.map((prediction, i) => {
          const { id, text, probability } = prediction;
          const piece = pieces([...preceding.slice(-4), prediction]).at(-1);
          const token = piece ? pieceName(piece) : shown(text);
          const answer = this.answer === id;
          const incorrect = this.incorrect === id;
          return html`<li>
            <button
              type="button"
              tabindex=${stop === 2 * i ? 0 : -1}
              aria-pressed=${answer ? 'true' : 'false'}
              aria-label="Explain ${token}, ${percent(probability)}"
              title="Explain this token${piece ? ` (${shown(text)})` : ''}"
              @click=${() => tell(this, 'prediction-choose', { field: 'answer', prediction })}
            >
              <span class="token">${token}</span> <span class="mono grey">${percent(probability)}</span>
            </button>
            <button
              type="button"
              class="versus"
              tabindex=${stop === 2 * i + 1 ? 0 : -1}
              aria-pressed=${incorrect ? 'true' : 'false'}
              aria-label="vs ${token}: compare the answer with it"
              title="Compare the answer with this token"
              @click=${() => tell(this, 'prediction-choose', { field: 'incorrect', prediction })}
            >vs</button>
          </li>`;
        })}
      </ol>
    `;
  }

  readonly #focused = (event: FocusEvent) => {
    this.stop = Math.max(0, [...this.renderRoot.querySelectorAll('button')].indexOf(event.target as HTMLButtonElement));
  };

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
