import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Model } from '../../state/model';
import { presets } from '../../state/presets';
import { isPreset, type Problem, type Question } from '../../state/question';
import { direction, visible } from '../../words/format';
import { tell } from '../events';
import { moreBelow } from '../more-below';
import { row } from '../row';
import { base } from '../styles';
import './generate-menu';
import { typing } from './typing';

/** What is put before the prompt, and who says so. */
function aboutBos(model: Model | undefined): string {
  if (!model) return 'The token that texts begin with.';
  if (!model.hasTokenizer) return 'Token ids are used as they are.';
  if (!model.bos) return 'This model’s files name no token that texts begin with.';
  const { text, namedBy } = model.bos;
  return `${visible(text)}, the token that texts begin with, named by ${namedBy}. TransformerLens puts it first by default.`;
}

/** The sentence, where it comes from, and whether BOS goes before it. */
@customElement('prompt-editor')
export class PromptEditor extends LitElement {
  @property({ attribute: false }) question!: Question;
  @property({ attribute: false }) problem?: Problem;
  @property({ attribute: false }) model?: Model;
  /** The sentence alone. */
  @property({ type: Boolean, reflect: true }) folded = false;

  readonly #type = typing((event) => tell(this, 'prompt-type', (event.target as HTMLTextAreaElement).value));

  #choose(event: Event): void {
    const preset = presets[Number((event.target as HTMLSelectElement).value)];
    if (preset) tell(this, 'preset-choose', preset);
  }

  protected override render() {
    const { question, problem, model } = this;
    const ids = model && !model.hasTokenizer;
    const none = model && !model.bos;
    const bos = aboutBos(model);
    const chosen = presets.findIndex((preset) => isPreset(preset, question));
    return html`
      <label class="gutter" for="prompt">prompt</label>
      <textarea
        id="prompt"
        rows="1"
        dir=${direction(question.prompt)}
        spellcheck="false"
        autocapitalize="off"
        aria-label=${ids ? 'Prompt, as token ids' : 'Prompt'}
        aria-invalid=${problem ? 'true' : 'false'}
        aria-describedby=${problem ? 'problem' : nothing}
        placeholder=${ids ? '1, 5, 9' : 'Type a sentence for the model to continue'}
        .value=${question.prompt}
        @input=${this.#type}
        @compositionend=${this.#type}
      ></textarea>
      <div class="tools">
        <select aria-label="Examples" @change=${(event: Event) => this.#choose(event)}>
          <option value="-1" .selected=${live(chosen < 0)}>Examples</option>
          ${presets.map(({ name }, i) => html`<option value=${i} .selected=${live(i === chosen)}>${name}</option>`)}
        </select>
        <label class="bos small" title=${bos}>
          <input
            type="checkbox"
            aria-description=${bos}
            .checked=${question.prependBos && !none}
            ?disabled=${none}
            @change=${(event: Event) => tell(this, 'bos-switch', (event.target as HTMLInputElement).checked)}
          />BOS first
        </label>
        <generate-menu .config=${model?.config}></generate-menu>
      </div>
      ${problem ? html`<p id="problem" class="below small wrong" role="alert">${problem.message}</p>` : nothing}
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('resize', this.#fit);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('resize', this.#fit);
  }

  protected override updated(): void {
    this.#fit();
  }

  /** Gives the prompt as many lines as it takes, where the browser does not. */
  readonly #fit = () => {
    const area = this.renderRoot.querySelector('textarea');
    if (!area || CSS.supports('field-sizing', 'content')) return;
    area.style.height = 'auto';
    // What is scrolled has no borders.
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  };

  static override styles = [
    base,
    row,
    css`
      :host {
        grid-template-columns: 48px minmax(0, 1fr) auto;
        align-items: start;
      }
      textarea {
        field-sizing: content;
        width: 100%;
        min-height: 40px;
        max-height: 15dvh;
        max-height: calc(round(down, 15dvh - 13px, 28px) + 13px);
        padding: 6px 0;
        border: 0;
        border-bottom: 1px solid var(--grey);
        border-radius: 0;
        ${moreBelow}
        font-size: var(--large);
        line-height: 28px;
        resize: none;
      }
      /* Its outline is over what stands close below. */
      textarea:focus-visible {
        z-index: 1;
      }
      textarea[aria-invalid='true'] {
        border-color: var(--wrong);
      }
      :host([folded]) :is(.gutter, .tools) {
        display: none;
      }
      :host([folded]) textarea {
        grid-column: 1 / -1;
        min-height: max(36px, var(--target));
        padding: 8px 0;
        font-size: var(--body);
        line-height: 24px;
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 40px;
      }
      @media print {
        :host {
          grid-template-columns: 48px minmax(0, 1fr);
        }
        .tools {
          display: none;
        }
      }
      .bos {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: var(--target);
        padding: 0 8px;
      }
      @media (max-width: 720px) {
        /* No grid: at another width WebKit keeps the height of its rows. */
        :host {
          display: flex;
          flex-direction: column;
          align-items: stretch;
        }
        .gutter {
          align-self: start;
          padding-bottom: 2px;
        }
        .tools {
          flex-wrap: wrap;
          gap: 0;
          margin-left: -8px;
        }
        select {
          max-width: 176px;
          text-overflow: ellipsis;
        }
      }
    `,
  ];
}
