import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { typed, visible } from '../format';
import { presets } from '../presets';
import { SessionController, session } from '../session';
import { isPreset, type Problem } from '../state';
import { base } from '../styles';

type Field = 'answer' | 'incorrect';

/** Why this token, rather than that one? */
@customElement('question-line')
export class QuestionLine extends LitElement {
  readonly controller = new SessionController(this);

  /** Spaces show as dots while they are typed; neither changes the text's length, so the caret stays. */
  #input(field: Field, event: Event): void {
    const input = event.target as HTMLInputElement;
    const { selectionStart, selectionEnd } = input;
    const text = typed(input.value);
    if (input.value !== visible(text)) {
      input.value = visible(text);
      input.setSelectionRange(selectionStart, selectionEnd);
    }
    session.type({ [field]: text });
  }

  #swap(): void {
    const { answer, incorrect } = session.state.question;
    session.ask({ answer: incorrect, incorrect: answer });
  }

  #field(field: Field, label: string, placeholder: string) {
    const { question, problems } = session.state;
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
      .value=${visible(question[field])}
      @input=${(event: Event) => this.#input(field, event)}
    />`;
  }

  #problem(field: Field, problem: Problem | undefined) {
    if (!problem) return nothing;
    const { message, fix } = problem;
    return html`<p id="${field}-problem" class="below small wrong" role="alert">
      ${message}
      ${fix === undefined
        ? nothing
        : html`<button type="button" class="main" @click=${() => session.ask({ [field]: fix })}>
            Use <span class="token">${visible(fix)}</span>
          </button>`}
    </p>`;
  }

  protected override render() {
    const { question, problems, predictions, model } = session.state;
    const likeliest = predictions[0];
    // What to look for is said of the bundled model: in another, other heads do it.
    const preset = model?.source.kind === 'bundled' && presets.find((preset) => isPreset(preset, question));
    return html`
      <span class="gutter">why</span>
      <div class="line">
        ${this.#field('answer', 'Answer: the token to explain', likeliest ? visible(likeliest.text) : 'the likeliest')}
        <span>rather than</span>
        ${this.#field('incorrect', 'Incorrect: the token to compare with', 'any other')}
        <span>?</span>
        <span class="changes">
          ${question.answer && question.incorrect
            ? html`<button type="button" @click=${() => this.#swap()}>Swap</button>`
            : nothing}
          ${question.incorrect
            ? html`<button type="button" aria-label="Compare with none" @click=${() => session.ask({ incorrect: '' })}>Clear</button>`
            : nothing}
        </span>
        ${preset ? html`<p class="note small grey">${preset.note}</p>` : nothing}
      </div>
      ${this.#problem('answer', problems.answer)} ${this.#problem('incorrect', problems.incorrect)}
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: 48px minmax(0, 1fr);
        column-gap: 8px;
      }
      .gutter {
        align-self: center;
        color: var(--grey);
        font-size: var(--small);
        text-align: right;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        font-size: var(--large);
      }
      input.token:not([type='checkbox']) {
        padding: 0;
        field-sizing: content;
        min-width: 72px;
        max-width: 100%;
        border-width: 0 0 1px;
        border-radius: 0;
        font-size: var(--large);
      }
      input::placeholder {
        color: var(--grey);
        opacity: 1;
      }
      input[aria-invalid='true'] {
        border-color: var(--wrong);
      }
      .note {
        flex: 1;
        min-width: min(100%, 320px);
        margin-left: 16px;
        padding-left: 16px;
        border-left: 1px solid var(--hairline);
      }
      .below {
        grid-column: 2;
      }
      @media (max-width: 720px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
        .gutter {
          text-align: left;
        }
        .note {
          margin: 0;
          padding: 0;
          border: 0;
        }
        .changes {
          margin-left: -8px;
        }
        .below {
          grid-column: 1;
        }
      }
    `,
  ];
}
