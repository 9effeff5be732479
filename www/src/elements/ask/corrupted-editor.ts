import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Token } from '../../api/logitscope';
import { firstDifference, type Patches } from '../../state/patching';
import { direction, shown } from '../../words/format';
import { unequal } from '../../words/patching';
import { tell } from '../events';
import { row } from '../row';
import { base } from '../styles';
import { typing } from './typing';

/** A second sentence, to put what the first one has into. */
@customElement('corrupted-editor')
export class CorruptedEditor extends LitElement {
  @property() corrupted = '';
  @property({ attribute: false }) patches!: Patches;
  /** With as little room as there can be. */
  @property({ type: Boolean, reflect: true }) folded = false;

  readonly #type = typing((event) => tell(this, 'corrupted-type', (event.target as HTMLInputElement).value));

  /** Both lists of tokens, one below the other. */
  #lists(clean: readonly Token[], corrupted: readonly Token[], differs: number) {
    const list = (name: string, tokens: readonly Token[]) => html`<tr>
      <th scope="row" class="grey">${name}</th>
      ${tokens.map(({ text }, i) => html`<td class="token ${i === differs ? 'differs' : ''}">${shown(text)}</td>`)}
    </tr>`;
    return html`<div class="lists" tabindex="0" role="group" aria-label="The tokens of both sentences">
      <table class="small">${list('first', clean)} ${list('second', corrupted)}</table>
    </div>`;
  }

  #problem() {
    const { picture, tokens, problem } = this.patches;
    if (problem) return html`<p id="problem" class="below small wrong" role="alert">${problem}</p>`;
    const clean = picture?.tokens;
    if (!clean || !tokens || clean.length === tokens.length) return nothing;
    const differs = firstDifference(clean, tokens) ?? 0;
    return html`<div class="below">
      <p id="problem" class="small wrong" role="alert">${unequal(clean, tokens, differs)}</p>
      ${this.#lists(clean, tokens, differs)}
    </div>`;
  }

  protected override render() {
    const problem = this.#problem();
    return html`
      <label class="gutter" for="corrupted">second</label>
      <div class="line">
        <input
          id="corrupted"
          dir=${direction(this.corrupted)}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          aria-label="Second sentence, the corrupted one"
          aria-invalid=${problem === nothing ? 'false' : 'true'}
          aria-describedby=${problem === nothing ? nothing : 'problem'}
          .value=${this.corrupted}
          @input=${this.#type}
          @compositionend=${this.#type}
        />
        <button type="button" @click=${() => tell(this, 'what-if-choose', { corrupted: null })}>Without the second</button>
      </div>
      ${problem}
    `;
  }

  static override styles = [
    base,
    row,
    css`
      .line {
        display: flex;
        gap: 8px;
      }
      input:not([type='checkbox']) {
        flex: 1;
        min-width: 0;
        padding: 0;
        border-width: 0 0 1px;
        border-radius: 0;
        font-size: var(--large);
      }
      :host([folded]) .gutter {
        display: none;
      }
      :host([folded]) .line {
        grid-column: 1 / -1;
      }
      :host([folded]) input:not([type='checkbox']) {
        font-size: var(--body);
      }
      @media print {
        button {
          display: none;
        }
      }
      .lists {
        overflow-x: auto;
      }
      table {
        border-spacing: 4px;
      }
      th {
        font-weight: 400;
        text-align: left;
      }
      td {
        padding: 0 6px;
        border: 1px solid var(--hairline);
        border-radius: 4px;
        text-align: center;
      }
      .differs {
        border-color: var(--wrong);
        color: var(--wrong);
        font-weight: 600;
      }
    `,
  ];
}
