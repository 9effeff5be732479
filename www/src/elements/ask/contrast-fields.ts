import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Prediction } from '../../api/logitscope';
import type { Question } from '../../state/question';
import { shown, typed, visible } from '../../words/format';
import { tell } from '../events';
import { base } from '../styles';
import './contrast-menu';
import { typing } from './typing';
import { word } from './word';

/** What else the answer is compared with than one token, and what that could be changed to. */
@customElement('contrast-fields')
export class ContrastFields extends LitElement {
  @property({ attribute: false }) question!: Question;
  /** What the model expects, likeliest first. */
  @property({ attribute: false }) predictions: readonly Prediction[] = [];
  /** The id of the token that is explained. */
  @property({ type: Number }) answer?: number;
  /** Whether there is a field for one more token, before anything is typed in it. */
  @state() private adding = false;

  /** What is typed there makes the field one of the question's. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if ((changed.get('question')?.more.length ?? Infinity) < this.question.more.length) this.adding = false;
  }

  /** A token that is left empty is none. */
  #type(index: number, event: Event): void {
    const more = [...this.question.more];
    more[index] = typed((event.target as HTMLInputElement).value);
    tell(this, 'question-type', { more });
  }

  #leaveOut(index: number): void {
    if (index < this.question.more.length) tell(this, 'question-ask', { more: this.question.more.filter((_, i) => i !== index) });
    else this.adding = false;
  }

  #add(): void {
    this.adding = true;
    void this.updateComplete.then(() => [...this.renderRoot.querySelectorAll('input')].at(-1)?.focus());
  }

  #swap(): void {
    const { answer, incorrect } = this.question;
    tell(this, 'question-ask', { answer: incorrect, incorrect: answer });
  }

  #clear(): void {
    this.adding = false;
    tell(this, 'question-ask', { incorrect: '', more: [], byProbability: false });
  }

  #field(text: string, index: number) {
    const type = typing((event) => this.#type(index, event));
    return html`<span class="more">and
      <input
        class="token"
        size="8"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-label="Incorrect: token ${index + 2} to compare with"
        .value=${visible(text)}
        @input=${type}
        @compositionend=${type}
      /><button type="button" aria-label="Leave ${shown(text) || 'it'} out" title="Leave it out" @click=${() => this.#leaveOut(index)}>×</button></span>`;
  }

  protected override render() {
    const { question, predictions, adding } = this;
    const { answer, incorrect, more, byProbability } = question;
    const runnerUp = predictions.find(({ id }) => id !== this.answer);
    const compared = Boolean(incorrect || byProbability || more.length);
    const several = more.length > 0 || adding;
    return html`
      ${[...more, ...(adding ? [''] : [])].map((text, i) => this.#field(text, i))}
      <span>?</span>
      <span class="changes">
        ${answer && incorrect && !several ? html`<button type="button" @click=${() => this.#swap()}>Swap</button>` : nothing}
        ${compared ? html`<button type="button" aria-label="Clear: compare with none" @click=${() => this.#clear()}>Clear</button>` : nothing}
        ${!compared && runnerUp
          ? html`<button
              type="button"
              title="Compare with ${shown(runnerUp.text)}, the likeliest but the answer"
              @click=${() => tell(this, 'prediction-choose', { field: 'incorrect', prediction: runnerUp })}
            >the runner-up</button>`
          : nothing}
        <contrast-menu .runnerUp=${runnerUp} @contrast-add=${() => this.#add()}></contrast-menu>
      </span>
    `;
  }

  static override styles = [
    base,
    word,
    css`
      :host {
        display: contents;
      }
      .more {
        display: inline-flex;
        align-items: center;
        gap: 8px;
      }
      .more button {
        margin-left: -8px;
      }
      @media print {
        .changes,
        .more button {
          display: none;
        }
      }
      @media (max-width: 720px) {
        .changes {
          margin-left: -8px;
        }
      }
    `,
  ];
}
