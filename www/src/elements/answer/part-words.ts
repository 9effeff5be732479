import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Readout, Word } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import type { Spoken } from '../../state/readout';
import type { Field } from '../../state/question';
import { tokenAt } from '../../words/depth';
import { shown, signed } from '../../words/format';
import { choices } from '../choices';
import { tell } from '../events';
import { base } from '../styles';

/** What the selected part, or a piece of it, says to the whole vocabulary: each token a click away from being asked about. */
@customElement('part-words')
export class PartWords extends LitElement {
  @property({ attribute: false }) spoken!: Spoken;
  @property({ attribute: false }) picture!: Picture;
  /** The piece that is shown, by its label; the part itself without. */
  @state() private piece?: string;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('spoken') && changed.get('spoken')?.of !== this.spoken.of) this.piece = undefined;
  }

  /** `from ·John`, `L2N17` */
  #name({ part }: Readout): string {
    const token = /@(\d+)$/.exec(part)?.[1];
    return token === undefined ? part : `from ${tokenAt(this.picture, Number(token))}`;
  }

  #word(word: Word, part: string, field: Field) {
    const { picture } = this;
    const chosen = picture[field]?.id === word.id;
    const what = field === 'answer' ? 'Explain this token' : 'Compare the answer with this token';
    return html`<button
      type="button"
      aria-pressed=${chosen ? 'true' : 'false'}
      title="${what}; ${part} adds ${signed(word.value)} to its logit"
      @click=${() => tell(this, 'prediction-choose', { field, prediction: word })}
    ><span class="token">${shown(word.text)}</span> <span class="mono grey">${signed(word.value)}</span></button>`;
  }

  #said({ part, promoted, suppressed }: Readout) {
    return html`
      <p class="words" role="group" aria-label="Tokens that ${part} raises most"><span aria-hidden="true">↑</span>${promoted.map((word) => this.#word(word, part, 'answer'))}</p>
      <p class="words" role="group" aria-label="Tokens that ${part} lowers most"><span aria-hidden="true">↓</span>${suppressed.map((word) => this.#word(word, part, 'incorrect'))}</p>
    `;
  }

  protected override render() {
    const { of, readouts, problem } = this.spoken;
    if (problem) return html`<p class="small wrong" role="alert">${problem}</p>`;
    const said = readouts?.find(({ part }) => part === this.piece) ?? readouts?.[0];
    return html`<div class="small">
      <div class="bar" role="group" aria-label="Whose words">
        <span class="grey" title="What it writes, read by the unembedding as if nothing came after: which tokens it makes likelier, and less likely">says</span>
        ${(readouts ?? []).map(
          (readout, i) => html`${i === 1 ? html`<span class="grey">of which</span>` : nothing}<button
            type="button"
            aria-pressed=${readout === said ? 'true' : 'false'}
            @click=${() => (this.piece = readout.part)}
          >${this.#name(readout)}</button>`,
        )}
      </div>
      <div class="said">${said ? this.#said(said) : html`<span class="unseen">What ${of} says is on its way</span>`}</div>
    </div>`;
  }

  static override styles = [
    base,
    choices,
    css`
      .bar {
        min-height: var(--target);
      }
      .bar button {
        padding: 0 4px;
      }
      /* What comes moves nothing. */
      .said {
        min-height: calc(5 * max(24px, var(--target) - 7px));
      }
      .words {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
      }
      .words button {
        min-height: max(24px, var(--target) - 7px);
        max-width: 100%;
        overflow: hidden;
        padding: 0 5px;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .words [aria-pressed='true'] {
        font-weight: 600;
      }
      @media print {
        .said {
          min-height: 0;
        }
      }
      @media (pointer: coarse), (max-width: 720px) {
        .words button {
          min-height: 44px;
        }
      }
    `,
  ];
}
