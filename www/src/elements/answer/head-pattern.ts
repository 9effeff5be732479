import { LitElement, css, html, nothing, unsafeCSS, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Pattern } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import { tokenAt } from '../../words/depth';
import { base } from '../styles';
import './attention-map';

/** The dialog's width in CSS pixels, where there is room for it; and of that a token that is named needs so much. */
const WIDEST = 640;
const NAMED = 16;

/** Where a head looks, from every token of the prompt: small, and larger on demand. */
@customElement('head-pattern')
export class HeadPattern extends LitElement {
  /** The head's label. */
  @property({ attribute: false }) of?: string;
  @property({ attribute: false }) pattern?: Float32Array;
  @property({ attribute: false }) picture!: Picture;
  @property() theme: 'light' | 'dark' = 'light';
  @query('dialog') private dialog!: HTMLDialogElement;
  @state() private large = false;
  /** In the memory of the module that draws it. */
  @state() private drawn?: Pattern;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('pattern') && this.drawn) return;
    this.drawn?.free();
    this.drawn = this.isConnected && this.pattern ? new Pattern(this.picture.tokens.length, this.pattern) : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.drawn?.free();
    this.drawn = undefined;
    this.large = false;
  }

  async #enlarge(): Promise<void> {
    if (!this.drawn || this.large) return;
    this.large = true;
    await this.updateComplete;
    if (this.isConnected) this.dialog.showModal();
  }

  #click(event: MouseEvent): void {
    const [target] = event.composedPath();
    if (target instanceof Element && target.matches('canvas, button')) void this.#enlarge();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    void this.#enlarge();
  }

  protected override render() {
    const { of, picture, theme, drawn, large } = this;
    const name = `Where ${of} looks from each token`;
    return html`
      <attention-map beside .pattern=${drawn} .picture=${picture} .theme=${theme} .label=${`${name}; Enter shows it larger`} @click=${this.#click} @keydown=${this.#key}>
        <p>${name}: rows look, columns are looked at. The row of ${tokenAt(picture, picture.at)} is outlined.</p>
        <button type="button">Larger</button>
      </attention-map>
      <dialog aria-label=${name} @close=${() => (this.large = false)} @click=${this.#outside} @keydown=${(event: Event) => event.stopPropagation()}>
        ${large
          ? html`<div class="title">
                <h3>${name}</h3>
                <button type="button" @click=${() => this.dialog.close()}>Close</button>
              </div>
              <attention-map
                ?named=${picture.tokens.length <= Math.min(innerWidth, WIDEST) / NAMED}
                .pattern=${drawn}
                .picture=${picture}
                .theme=${theme}
                .label=${name}
              ></attention-map>`
          : nothing}
      </dialog>
    `;
  }

  /** A click beside the dialog closes it. */
  #outside(event: MouseEvent): void {
    if (event.target === this.dialog) this.dialog.close();
  }

  static override styles = [
    base,
    css`
      p {
        color: var(--grey);
      }
      attention-map button {
        margin-left: -8px;
      }
      @media print {
        attention-map button {
          display: none;
        }
      }
      dialog {
        --size: min(${unsafeCSS(WIDEST)}px, 100vw - 32px, 100dvh - 96px);
        width: var(--size);
        max-width: none;
        max-height: none;
        padding: 0 8px 8px;
        border: 1px solid var(--hairline);
        border-radius: 8px;
        background: var(--ground);
        color: var(--ink);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.4);
      }
      .title {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
    `,
  ];
}
