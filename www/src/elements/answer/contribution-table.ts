import { LitElement, css, html, noChange, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Chart, ChartItem, Effects } from '../../api/logitscope';
import { percent, signed } from '../../words/format';
import { define } from '../define';
import { tell } from '../events';
import { walkRows } from '../rows';
import { base } from '../styles';

type Column = 'rank' | 'part' | 'value' | 'effect' | 'after';

/** A part with what is lost without it; not a number where that is not known, or there is nothing to lose. */
type Row = Omit<ChartItem, 'effect'> & { effect: number; after: number };

/** So many rows may be in sight; those after them follow once the chart has been the same for so long. */
const NEAR = 40;
const SAME_MS = 200;

const LOST: readonly Column[] = ['effect', 'after'];

/** Every part with its value, share and rank; or with what is lost without it. */
@define('contribution-table')
export class ContributionTable extends LitElement {
  @property({ attribute: false }) chart!: Chart;
  /** What is lost without each part, as far as it is known. */
  @property({ attribute: false }) effects?: Effects;
  /** Whether that is told. */
  @property({ type: Boolean }) whatIf = false;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @state() private column: Column = 'rank';
  @state() private down = false;

  /** Behind the charts, in a turn of its own: while somebody types, rows would hold up the next letter. */
  protected override async scheduleUpdate(): Promise<void> {
    await new Promise((turn) => setTimeout(turn));
    super.scheduleUpdate();
  }

  /** The focus stays with the part that it is on, wherever that goes. */
  #focused?: string;

  #items: ChartItem[] = [];

  /** Whether rows out of sight are rendered as well. */
  #whole = true;
  #rest?: ReturnType<typeof setTimeout>;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('chart')) this.#items = this.chart.items();
    this.#focused = this.#at?.matches('tbody *') ? this.#at.textContent : undefined;
    this.#whole =
      !changed.has('chart') ||
      this.#items.length <= NEAR ||
      Boolean(this.#focused || this.renderRoot.querySelector('.scroll')?.scrollTop);
    clearTimeout(this.#rest);
    if (!this.#whole) this.#rest = setTimeout(() => this.isConnected && this.requestUpdate(), SAME_MS);
  }

  protected override updated(): void {
    if (!this.#focused || this.#at?.textContent === this.#focused) return;
    const parts = this.renderRoot.querySelectorAll<HTMLElement>('tbody button');
    [...parts].find(({ textContent }) => textContent === this.#focused)?.focus({ preventScroll: true });
  }

  get #at(): Element | null | undefined {
    return this.shadowRoot?.activeElement;
  }

  #sort(column: Column): void {
    this.down = column === this.column ? !this.down : column === 'value' || column === 'effect' || column === 'after';
    this.column = column;
  }

  /** Sorted; the model's order is the one that the parts come in. */
  #rows(): Row[] {
    const { down, effects } = this;
    const column = this.whatIf || !LOST.includes(this.column) ? this.column : 'rank';
    const place = new Map(effects?.labels.map((label, i) => [label, i]));
    const of = (label: string, field: 'effect' | 'after') => effects?.[field][place.get(label) ?? -1] ?? NaN;
    const rows = this.#items.map((item) => ({ ...item, effect: of(item.label, 'effect'), after: of(item.label, 'after') }));
    if (column === 'part') return down ? rows.reverse() : rows;
    // What has no number comes last, either way.
    const [has, none] = [rows.filter((row) => !Number.isNaN(row[column])), rows.filter((row) => Number.isNaN(row[column]))];
    return [...has.sort((a, b) => (down ? b[column] - a[column] : a[column] - b[column])), ...none];
  }

  #walk(event: KeyboardEvent): void {
    if (event.key === 'Escape') return tell(this, 'part-select', null);
    walkRows(event, this.renderRoot);
  }

  #head(column: Column, text: string, title = '') {
    const sorted = column !== this.column ? 'none' : this.down ? 'descending' : 'ascending';
    const mark = sorted === 'none' ? '' : this.down ? ' ↓' : ' ↑';
    return html`<th scope="col" class=${column} aria-sort=${sorted}>
      <button type="button" title=${title || nothing} @click=${() => this.#sort(column)}>${text}<span aria-hidden="true">${mark}</span></button>
    </th>`;
  }

  protected override render() {
    const { whatIf } = this;
    const rows = this.#rows();
    const stop = rows.some(({ label }) => label === this.selected) ? this.selected : rows[0]?.label;
    return html`<div class="scroll">
      <table class="small ${whatIf ? 'five' : ''}">
        <caption class="unseen">Contributions, by unit</caption>
        <thead>
          <tr>
            ${this.#head('rank', 'Rank')} ${this.#head('part', 'Part')} ${this.#head('value', whatIf ? 'Direct' : 'Value')}
            ${whatIf
              ? html`${this.#head('effect', 'Total', 'Total effect: what is lost without the part')}
                ${this.#head('after', 'After', 'The logit (difference) without the part')}`
              : html`<th scope="col" class="share">Share</th>`}
          </tr>
        </thead>
        <tbody @keydown=${this.#walk}>
          ${rows.map((item, i) => {
            if (i >= NEAR && !this.#whole) return noChange;
            const selected = item.label === this.selected;
            return html`<tr
              class=${selected ? 'selected' : ''}
              @click=${() => tell(this, 'part-select', selected ? null : item.label)}
              @pointerenter=${() => tell(this, 'part-hover', { label: item.label, layer: item.layer })}
              @pointerleave=${() => tell(this, 'part-hover', null)}
            >
              <td class="mono grey">${item.rank}</td>
              <th scope="row">
                <button type="button" class="mono" title=${item.name} aria-label="${item.name}, ${item.label}" aria-pressed=${selected ? 'true' : 'false'} tabindex=${item.label === stop ? 0 : -1}>${item.label}</button>
              </th>
              <td class="mono">${signed(item.value)}</td>
              ${whatIf
                ? html`<td class="mono">${known(item.effect)}</td><td class="mono grey">${known(item.after)}</td>`
                : html`<td class="mono grey">${percent(item.share)}</td>`}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
      .scroll {
        height: 100%;
        overflow-y: auto;
        scrollbar-width: thin;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      thead {
        position: sticky;
        top: 0;
        background: var(--ground);
      }
      th {
        padding: 0;
        font-weight: 400;
        text-align: left;
      }
      td,
      thead :is(.value, .effect, .after),
      .share {
        text-align: right;
      }
      td,
      .share {
        padding: 0 8px;
      }
      td:first-child {
        width: 72px;
        text-align: left;
      }
      thead button {
        white-space: nowrap;
      }
      .share {
        color: var(--grey);
      }
      /* One column more than four. */
      .five :is(td, thead button) {
        padding: 0 4px;
      }
      .five td:first-child {
        width: 56px;
      }
      @media (max-width: 359px) {
        :is(td, .share, thead button) {
          padding: 0 4px;
        }
      }
      tbody tr {
        border-top: 1px solid var(--hairline);
        cursor: pointer;
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tbody tr.selected {
        background: var(--accent-ground);
      }
      tbody button {
        width: 100%;
        min-height: max(24px, var(--target) - 4px);
        color: var(--ink);
        text-align: left;
      }
      tbody button:hover:not(:disabled) {
        background: none;
      }
      thead button {
        min-width: calc(var(--target) + 4px);
      }
      @media (pointer: coarse), (max-width: 720px) {
        tbody button {
          min-height: 44px;
        }
      }
    `,
  ];
}

function known(x: number): string {
  return Number.isNaN(x) ? '–' : signed(x);
}
