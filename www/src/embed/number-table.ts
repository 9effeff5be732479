import { LitElement, css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../elements/define';
import { walkRows } from '../elements/rows';
import { base } from '../elements/styles';

/** A row: what is told when it is pressed, its name, and its numbers as texts. */
export interface Row {
  key: string;
  name: string;
  cells: readonly string[];
}

/** What is drawn, in numbers. */
@define('number-table')
export class NumberTable extends LitElement {
  @property() caption = '';
  @property({ attribute: false }) head: readonly string[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  /** The key of the selected row. */
  @property({ attribute: false }) selected: string | null = null;

  protected override render() {
    const { caption, head, rows, selected } = this;
    const stop = rows.some(({ key }) => key === selected) ? selected : rows[0]?.key;
    return html`<table class="small">
      <caption class="unseen">${caption}</caption>
      <thead class="grey">
        <tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody @keydown=${(event: KeyboardEvent) => walkRows(event, this.renderRoot)}>
        ${rows.map(
          ({ key, name, cells }) => html`<tr class=${key === selected ? 'selected' : nothing}>
            <th scope="row">
              <button
                type="button"
                class="mono"
                aria-pressed=${key === selected ? 'true' : 'false'}
                tabindex=${key === stop ? 0 : -1}
                @click=${() => this.dispatchEvent(new CustomEvent('row-press', { detail: key === selected ? null : key }))}
              >${name}</button>
            </th>
            ${cells.map((cell) => html`<td class="mono">${cell}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  static override styles = [
    base,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 0 8px;
        font-weight: 400;
        text-align: right;
      }
      th:first-child {
        padding: 0;
        text-align: left;
      }
      thead th:first-child {
        padding: 0 8px;
      }
      tbody tr {
        border-top: 1px solid var(--hairline);
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tbody tr.selected {
        background: var(--accent-ground);
      }
      button {
        width: 100%;
        min-height: max(24px, var(--target) - 4px);
        color: var(--ink);
        text-align: left;
      }
      button:hover:not(:disabled) {
        background: none;
      }
    `,
  ];
}
