import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { citationLine, type Cited } from '../../words/citation';
import { base } from '../styles';

const print = matchMedia('print');

/** On paper, what is shown and where it is from. */
@customElement('printed-line')
export class PrintedLine extends LitElement {
  /** What is on the page by now, with an answer. */
  @property({ attribute: false }) cite!: () => Cited | undefined;
  @state() private cited?: Cited;

  override connectedCallback(): void {
    super.connectedCallback();
    print.addEventListener('change', this.#printed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    print.removeEventListener('change', this.#printed);
  }

  readonly #printed = () => {
    this.cited = print.matches ? this.cite() : undefined;
  };

  protected override render() {
    return html`<p class="small">${this.cited ? citationLine(this.cited) : ''}</p>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: none;
      }
      p {
        padding-top: 8px;
        overflow-wrap: anywhere;
        break-inside: avoid;
      }
      @media print {
        :host {
          display: block;
        }
      }
    `,
  ];
}
