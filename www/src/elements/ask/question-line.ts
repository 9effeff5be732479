import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Prediction } from '../../api/logitscope';
import { formatLink } from '../../state/link';
import { WHEN } from '../../state/lens';
import type { Picture, Pointed, View } from '../../state/picture';
import { WHAT_IF } from '../../state/what-if';
import { presets, setName, type Preset } from '../../state/presets';
import { isPreset, type Field, type Hints, type Problem, type Problems, type Question } from '../../state/question';
import { BUNDLED, type Source } from '../../state/source';
import { finding } from '../../words/explain';
import { count, isolate, percent, place, shown, typed, visible } from '../../words/format';
import { wordProblem } from '../../words/problem';
import { tell } from '../events';
import { row } from '../row';
import { base } from '../styles';
import './contrast-fields';
import { typing } from './typing';
import { word } from './word';

/** Why this token, rather than that one? */
@customElement('question-line')
export class QuestionLine extends LitElement {
  @property({ attribute: false }) question!: Question;
  @property({ attribute: false }) problems: Problems = {};
  @property({ attribute: false }) hints: Hints = {};
  /** What the model expects: the likeliest is the answer, if none is given. */
  @property({ attribute: false }) predictions: readonly Prediction[] = [];
  @property({ attribute: false }) picture?: Picture;
  /** Whether the picture does not answer this question. */
  @property({ type: Boolean }) stale = false;
  /** The model's in use, or about to be. */
  @property({ attribute: false }) source?: Source;
  /** On one line, with the rest of the question behind a button. */
  @property({ type: Boolean, reflect: true }) folded = false;
  /** What is to be known of the prompt's words, which stands in the note's place where this is on one line. */
  @property() caveat = '';
  /** Without what tells more than is asked. */
  @property({ type: Boolean, reflect: true }) brief = false;
  /** Whether there is little room, so that the question can be folded. */
  @property({ type: Boolean }) folds = false;

  /** Spaces show as dots while they are typed; the caret stays where it was in the text. */
  #input(field: Field, event: Event): void {
    const input = event.target as HTMLInputElement;
    const text = typed(input.value);
    // What a backslash begins is not complete.
    const begun = input.value.slice(0, input.selectionStart ?? undefined).endsWith('\\');
    if (!begun && input.value !== visible(text)) {
      const moved = (at: number | null) => visible(typed(input.value.slice(0, at ?? undefined))).length;
      const [start, end] = [moved(input.selectionStart), moved(input.selectionEnd)];
      input.value = visible(text);
      input.setSelectionRange(start, end);
    }
    tell(this, 'question-type', field === 'answer' ? { answer: text } : { incorrect: text, byProbability: false });
  }

  #field(field: Field, label: string, placeholder: string) {
    const { question, problems } = this;
    const input = typing((event) => this.#input(field, event));
    return html`<input
      id=${field}
      class="token"
      size="8"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      aria-label=${label}
      aria-invalid=${problems[field] ? 'true' : 'false'}
      aria-describedby=${problems[field] ? `${field}-problem` : nothing}
      placeholder=${placeholder}
      title="A dot is a space; \\· is the dot itself, \\u{a0} the character of that code, #12 the token of that id"
      .value=${visible(question[field])}
      @input=${input}
      @compositionend=${input}
    />`;
  }

  /** How probable a word is, and how many are more. */
  #odds(word: Prediction | undefined) {
    const { stale } = this;
    return html`<span class="odds mono grey" ?data-stale=${stale}>${word ? `${percent(word.probability)} ${place(word.rank)}` : ''}</span>`;
  }

  #hint(field: Field) {
    const hint = this.hints[field];
    if (!hint || this.stale) return nothing;
    return html`<p class="below small" role="status">
      Did you mean <span class="token">${shown(hint.fix)}</span> (${percent(hint.probability)})? Within a sentence a word begins with its space.
      <button type="button" class="main" @click=${() => tell(this, 'question-ask', { [field]: hint.fix })}>Use <span class="token">${shown(hint.fix)}</span></button>
    </p>`;
  }

  #problem(field: Field, problem: Problem | undefined) {
    if (!problem) return nothing;
    const { message, fix } = problem;
    return html`<p id="${field}-problem" class="below small wrong" role="alert">
      ${wordProblem(message, this.question)}
      ${fix === undefined
        ? nothing
        : html`<button type="button" class="main" @click=${() => tell(this, 'question-ask', { [field]: fix })}>
            Use <span class="token">${shown(fix)}</span>
          </button>`}
    </p>`;
  }

  /** A link of the page, which follows it itself. */
  #link(text: string, view: Partial<View>, follow: () => void, hovered?: Pointed) {
    const whole: View = { unit: 'head', selected: null, embed: false, tab: 'who', when: WHEN, whatIf: WHAT_IF, set: null, ...view };
    return html`<a
      href="#${formatLink(BUNDLED, { ...this.question, trail: [] }, whole)}"
      @click=${(event: Event) => {
        event.preventDefault();
        follow();
      }}
      @pointerenter=${() => hovered && tell(this, 'part-hover', hovered)}
      @pointerleave=${() => hovered && tell(this, 'part-hover', null)}
    >${text}</a>`;
  }

  /** What a note says of a part can be seen by a click on it; and whether it is always so. */
  #linked(preset: Preset) {
    const set = setName(preset);
    return html`${this.#parts(preset.note)} ${this.#link(`Over ${preset.prompts} prompts`, { tab: 'always', set }, () => tell(this, 'set-choose', set))}`;
  }

  #parts(note: string) {
    return note.split(/\b(L\d+H\d+|\d+_(?:attn|mlp)_out)\b/).map((text, i) => {
      if (i % 2 === 0) return text;
      const layer = Number(/\d+/.exec(text)?.[0]);
      const view: Partial<View> = { unit: text.startsWith('L') ? 'head' : 'component', selected: text };
      return this.#link(text, view, () => tell(this, 'part-select', text), { label: text, layer });
    });
  }

  /**
   * What to look for. That is said of the bundled model when its training was finished: in another, other heads do it, and
   * before, none may. Its place stays the same, so that nothing moves while the training is gone through.
   */
  #note(preset: Preset | undefined) {
    const { picture, stale, caveat } = this;
    if (caveat && this.folded) return html`<div class="note small grey"><p role="status" data-caveat>${caveat}</p></div>`;
    const source = picture?.source ?? this.source;
    if (!preset || source?.kind !== 'bundled') {
      return html`<div class="note small grey"><p role="status">${picture && !stale ? finding(picture) : ''}</p></div>`;
    }
    const { step } = source;
    if (step === undefined) return html`<div class="note small grey"><p>${this.#linked(preset)}</p></div>`;
    return html`<div class="note small grey">
      <p class="held">${this.#linked(preset)}</p>
      <p>${picture ? said(step, picture) : ''}</p>
    </div>`;
  }

  protected override render() {
    const { question, problems, predictions, picture, folds, folded, brief } = this;
    const less = folded || brief;
    const [likeliest] = predictions;
    // After another token, what is to be found is another thing.
    const preset = question.position === null && !question.generated.length ? presets.find((preset) => isPreset(preset, question)) : undefined;
    return html`
      <span class="gutter">why</span>
      <div class="line">
        <span class="word">
          ${this.#field('answer', 'Answer: the token to explain', likeliest ? shown(likeliest.text) : 'the likeliest')}
          ${this.#odds(picture?.answer)}
        </span>
        <span class="word">
          <span>${folded ? 'vs' : 'rather than'}</span>
          ${this.#field('incorrect', 'Incorrect: the token to compare with', question.byProbability ? 'all, by probability' : 'any other')}
          ${question.incorrect ? this.#odds(picture?.incorrect) : nothing}
        </span>
        ${folded
          ? nothing
          : html`<contrast-fields .question=${question} .predictions=${predictions} .answer=${picture?.answer.id}></contrast-fields>`}
        ${this.#note(preset)}
        ${folds
          ? html`<button type="button" class="fold" aria-expanded=${less ? 'false' : 'true'} @click=${() => tell(this, 'question-fold', !less)}>
              ${less ? 'More ▾' : 'Less ▴'}
            </button>`
          : nothing}
      </div>
      ${this.#problem('answer', problems.answer)} ${this.#problem('incorrect', problems.incorrect)}
      ${this.#hint('answer')} ${this.#hint('incorrect')}
    `;
  }

  static override styles = [
    base,
    row,
    word,
    css`
      .line,
      .word {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        min-width: 0;
        font-size: var(--large);
      }
      input[aria-invalid='true'] {
        border-color: var(--wrong);
      }
      .note {
        display: grid;
        align-items: center;
        flex: 1;
        min-width: min(100%, 320px);
        margin-left: 16px;
        padding-left: 16px;
        border-left: 1px solid var(--hairline);
      }
      .note a {
        color: inherit;
        text-decoration: underline dotted;
        text-underline-offset: 2px;
      }
      .note p {
        grid-area: 1 / 1;
        overflow-wrap: anywhere;
      }
      .held {
        visibility: hidden;
      }
      .odds {
        /* Room for what is yet to come. */
        min-width: 12ch;
        font-size: var(--small);
        white-space: nowrap;
      }
      .odds[data-stale] {
        visibility: hidden;
        transition: visibility 0s 150ms;
      }
      .fold {
        margin-left: auto;
      }
      :host {
        outline: var(--point-question, none);
        outline-offset: 2px;
      }
      :host([folded]) .gutter,
      :host([brief]) .note {
        display: none;
      }
      :host([folded]) :is(.line, .below) {
        grid-column: 1 / -1;
      }
      :host([folded]) :is(.line, .word) {
        gap: 0 8px;
        font-size: var(--body);
      }
      :host([folded]) input.token:not([type='checkbox']) {
        min-width: 40px;
        font-size: var(--body);
      }
      :host([folded]) .odds {
        min-width: 10ch;
      }
      :host([folded]) .note {
        flex: 1;
        min-width: 50%;
        margin: 0;
        padding: 0;
        border: 0;
      }
      :host([folded]) .note p:not(.held, [data-caveat]) {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      /* Below the words, in line with them. */
      @media (max-width: 1199px) {
        .note {
          flex-basis: 100%;
          margin: 0;
          padding: 0;
          border: 0;
        }
      }
      @media (min-width: 721px) and (max-width: 1199px) {
        .gutter {
          align-self: start;
          padding-top: calc((var(--target) - 16px) / 2);
        }
      }
      @media (max-width: 720px) {
        .note {
          align-items: start;
        }
      }
    `,
  ];
}

/** What the model says after so many steps, be it the answer or not yet. */
function said(step: number, { predictions: [likeliest], answer }: Picture): string {
  if (!likeliest) return '';
  const when = step === 0 ? 'Before any training' : `After ${count(step)} steps`;
  const says = `${isolate(likeliest.text)} (${percent(likeliest.probability)})`;
  if (likeliest.id === answer.id) return `${when} the likeliest is already ${says}.`;
  return `${when}, ${isolate(answer.text)} is not the model’s answer yet: it says ${says}.`;
}
