import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { LensTable } from '../../api/logitscope';
import { type LensPlace, type Seen, type When } from '../../state/lens';
import type { Picture } from '../../state/picture';
import { rowNames } from '../../words/format';
import { knownWhen } from '../../words/lens';
import { scrolled } from '../scrolled';
import { base } from '../styles';
import './lens-figure';
import './lens-panel';

/** What the model would say at each state: in a sentence, as a table, and the selected cell in numbers. A slot is for what stands beside. */
@customElement('lens-view')
export class LensViewElement extends LitElement {
  /** The question's. */
  @property({ attribute: false }) picture?: Picture;
  @property({ attribute: false }) seen!: Seen;
  @property({ attribute: false }) when!: When;
  @property() theme: 'light' | 'dark' = 'light';
  /** How many tokens there are, or will be: rows of the table. */
  @property({ type: Number }) rows = 0;
  /** What is said in place of a table. */
  @property() instead = '';
  /** Whether the picture does not answer the current question. */
  @property({ type: Boolean }) stale = false;
  /** The table alone, as high as there is room. */
  @property({ type: Boolean, reflect: true }) alone = false;
  /** In the memory of the module that draws it. */
  @state() private table?: LensTable;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('seen');
    const { lens, picture } = this.seen;
    if (this.table && (!changed.has('seen') || before?.lens === lens)) return;
    this.table?.free();
    this.table = lens && picture && this.isConnected ? new LensTable(lens, rowNames(picture.tokens), picture.answer.text) : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.table?.free();
    this.table = undefined;
  }

  /** Another prompt may have no such cell. */
  get #selected(): LensPlace | null {
    const { at } = this.when;
    const { labels = [], positions = [] } = this.seen.lens ?? {};
    return at && at[0] < labels.length && at[1] < positions.length ? at : null;
  }

  protected override render() {
    const { seen, when, theme, table, rows } = this;
    const { lens, picture } = seen;
    const stale = this.stale || picture !== this.picture;
    return html`
      <p class="said" role="status">${lens && picture && !stale ? knownWhen(lens, picture) : ''}</p>
      <div class="figure" .style=${`--rows: ${Math.min(rows, 24)}`} ?data-stale=${stale && table}>
        ${table && lens && picture
          ? html`<lens-figure .table=${table} .lens=${lens} .picture=${picture} .shade=${when.shade} .theme=${theme} .selected=${this.#selected}></lens-figure>`
          : html`<p class="grey empty">${this.instead}</p>`}
      </div>
      <div class="beside"><slot></slot></div>
      ${table && lens && picture && !this.alone
        ? html`<lens-panel ?data-stale=${stale} .table=${table} .lens=${lens} .picture=${picture} .shade=${when.shade} .selected=${this.#selected}></lens-panel>`
        : nothing}
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template: auto 1fr auto / minmax(0, 1fr) 368px;
        gap: 4px 24px;
        min-width: 0;
      }
      /* What comes moves nothing. */
      .said {
        grid-column: 1 / -1;
        min-height: 24px;
        line-height: 24px;
      }
      .figure {
        display: grid;
        min-width: 0;
        min-height: calc(var(--rows) * 18px + 56px);
        transition: opacity 100ms linear;
      }
      lens-panel {
        transition: opacity 100ms linear;
      }
      :is(.figure, lens-panel)[data-stale] {
        opacity: 0.45;
        transition-delay: 150ms;
      }
      .empty {
        place-self: center;
      }
      .beside {
        display: grid;
        padding-top: 8px;
        grid-area: 3 / 1;
        min-width: 0;
      }
      lens-panel {
        grid-area: 2 / 2 / 4 / 3;
      }
      /* Side by side, the table would leave out every second state. */
      @media screen and (min-width: 1180px) {
        lens-panel {
          ${scrolled}
        }
      }
      @media (max-width: 1179px) {
        :host {
          grid-template: auto auto auto auto / minmax(0, 1fr);
        }
        .figure {
          min-height: calc(var(--rows) * 20px + 80px);
        }
        .said {
          min-height: 48px;
        }
        lens-panel {
          grid-area: 4 / 1;
        }
      }
      @media (max-width: 720px) {
        .said {
          min-height: 72px;
        }
      }
      @media print {
        :host {
          display: block;
        }
        .figure,
        .said {
          min-height: 0;
        }
        lens-panel {
          break-inside: avoid;
        }
      }
      :host([alone]) {
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
      }
      :host([alone]) .figure {
        min-height: 0;
      }
      :host([alone]) :is(.said, .beside) {
        display: none;
      }
    `,
  ];
}
