import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { citationBibtex, citationLine, type Cited } from '../../words/citation';
import { placeUnder } from '../popover';
import { base } from '../styles';

/** How what is on the page is cited, as a line and as BibTeX, each a click away from being copied. */
@customElement('cite-menu')
export class CiteMenu extends LitElement {
  /** What is on the page by now, with an answer. */
  @property({ attribute: false }) cite!: () => Cited | undefined;
  /** What is shown: it stays as it was when it was asked for. */
  @state() private cited?: Cited;
  @state() private said = '';
  @query('#menu') private menu!: HTMLElement;
  @query('#open') private button!: HTMLElement;

  async #toggle({ newState }: ToggleEvent): Promise<void> {
    if (newState !== 'open') return;
    this.cited = this.cite();
    this.said = '';
    await this.updateComplete;
    placeUnder(this.menu, this.button);
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.said = 'Copied';
    } catch {
      this.said = 'This browser lets no page copy: select the text.';
    }
  }

  #way(name: string, text: string) {
    return html`<div class="way">
      <pre class="small" tabindex="0" role="region" aria-label=${name}>${text}</pre>
      <button type="button" class="main" aria-label="Copy ${name}" @click=${() => this.#copy(text)}>Copy</button>
    </div>`;
  }

  protected override render() {
    const { cited } = this;
    return html`<button type="button" id="open" popovertarget="menu">Cite</button>
      <div id="menu" popover role="dialog" aria-label="Cite this view" tabindex="-1" @toggle=${this.#toggle}>
        <h2>Cite this view</h2>
        ${cited
          ? html`${this.#way('the line', citationLine(cited))} ${this.#way('BibTeX', citationBibtex(cited))}`
          : html`<p class="small grey">There is no answer to cite yet.</p>`}
        <p class="small grey" role="status">${this.said}</p>
      </div>`;
  }

  static override styles = [
    base,
    css`
      #menu {
        width: 608px;
      }
      .way {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: 12px;
        margin-top: 12px;
      }
      pre {
        max-height: 240px;
        margin: 0;
        padding: 8px;
        overflow: auto;
        border: 1px solid var(--hairline);
        border-radius: 4px;
        font-family: inherit;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .way + .way pre {
        font-family: var(--mono);
      }
      [role='status'] {
        min-height: 20px;
        text-align: right;
      }
    `,
  ];
}
