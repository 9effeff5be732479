import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AnsweredPrompt } from '../../api/logitscope';
import { distances, type Always } from '../../state/set';
import { count, isolate, percent, shown, signed } from '../../words/format';
import { promptLine } from '../../words/set';
import { tell } from '../events';
import { walkRows } from '../rows';
import { base } from '../styles';

type Column = 'index' | 'logit' | 'right' | 'probability' | 'distance';

/** So many are shown until all are asked for. */
const SHOWN = 50;

/** The prompts of a set with what the model made of each: what is far from the mean first. */
@customElement('set-table')
export class SetTable extends LitElement {
  @property({ attribute: false }) always!: Always;
  @state() private column: Column = 'distance';
  @state() private down = true;
  @state() private all = false;

  #sort(column: Column): void {
    this.down = column === this.column ? !this.down : column === 'distance' || column === 'logit' || column === 'probability';
    this.column = column;
  }

  #rows(prompts: readonly AnsweredPrompt[]) {
    const far = distances(this.always);
    const rows = prompts.map((prompt, i) => ({ ...prompt, distance: far[i] ?? 0, probability: prompt.answer.probability }));
    const by = (row: (typeof rows)[number]) => Number(row[this.column]);
    return rows.sort((a, b) => (this.down ? by(b) - by(a) : by(a) - by(b)) || a.index - b.index);
  }

  #head(column: Column, text: string, title: string) {
    const sorted = column !== this.column ? 'none' : this.down ? 'descending' : 'ascending';
    const mark = sorted === 'none' ? '' : this.down ? ' ↓' : ' ↑';
    return html`<th scope="col" aria-sort=${sorted}>
      <button type="button" title=${title} @click=${() => this.#sort(column)}>${text}<span aria-hidden="true">${mark}</span></button>
    </th>`;
  }

  protected override render() {
    const { set, attributions } = this.always;
    const { prompts = [], failed = [] } = attributions?.component ?? {};
    if (!set || (!prompts.length && !failed.length)) return nothing;
    const rows = this.#rows(prompts);
    const some = this.all ? rows : rows.slice(0, SHOWN);
    return html`
      <table class="small">
        <caption class="unseen">The prompts, by what the model made of each</caption>
        <thead>
          <tr>
            ${this.#head('index', 'Prompt', 'In the order of the set')} ${this.#head('logit', 'Logit', 'Of the answer, less that of what it is compared with')}
            ${this.#head('right', 'Right', 'Whether the answer is likelier than each word that the prompt names to compare with; without one, than every other token')}
            ${this.#head('probability', 'P', 'The probability of the answer')} ${this.#head('distance', 'Off', 'How far the logit is from the mean, in standard deviations')}
          </tr>
        </thead>
        <tbody @keydown=${(event: KeyboardEvent) => walkRows(event, this.renderRoot)}>
          ${some.map(({ index, logit, right, answer, likeliest, probability, distance }, i) => {
            const line = promptLine(set.prompts[index] ?? {});
            const says = right ? '' : ` The model says ${isolate(likeliest.text)}.`;
            return html`<tr @click=${() => tell(this, 'prompt-open', index)}>
              <th scope="row"><button type="button" tabindex=${i === 0 ? 0 : -1} title="${line} → ${isolate(answer.text)}.${says} Open it."><span>${line}</span> <span class="token">${shown(answer.text)}</span></button></th>
              <td class="mono">${signed(logit)}</td>
              <td>${right ? html`<span aria-label="right">✓</span>` : html`<strong class="wrong" aria-label="wrong">✗</strong>`}</td>
              <td class="mono grey">${percent(probability)}</td>
              <td class="mono grey">${distance.toFixed(1)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${some.length < rows.length ? html`<button type="button" @click=${() => (this.all = true)}>All ${count(rows.length)}</button>` : nothing}
      ${failed.length
        ? html`<h3 class="wrong">${count(failed.length)} could not be asked; the rest counts</h3>
            <ul class="small">
              ${failed.slice(0, SHOWN).map(({ index, message }) => html`<li><span class="grey">${index + 1}.</span> ${promptLine(set.prompts[index] ?? {})}: ${message}</li>`)}
            </ul>`
        : nothing}
    `;
  }

  static override styles = [
    base,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
        table-layout: fixed;
      }
      thead {
        position: sticky;
        top: 0;
        background: var(--ground);
      }
      th,
      td {
        padding: 0 0 0 4px;
        font-weight: 400;
        text-align: right;
        white-space: nowrap;
      }
      th:first-child {
        padding: 0;
        text-align: left;
      }
      thead th:nth-child(2) {
        width: 62px;
      }
      thead th:nth-child(3) {
        width: 52px;
      }
      thead th:nth-child(4) {
        width: 52px;
      }
      thead th:nth-child(5) {
        width: 48px;
      }
      thead button {
        padding: 0 4px;
        min-width: var(--target);
        white-space: nowrap;
      }
      tbody tr {
        border-top: 1px solid var(--hairline);
        cursor: pointer;
      }
      tbody tr:hover {
        background: var(--hover);
      }
      tbody button {
        display: flex;
        align-items: center;
        gap: 4px;
        width: 100%;
        min-height: max(24px, var(--target) - 4px);
        padding: 0 4px 0 0;
        color: var(--ink);
        text-align: left;
      }
      tbody button :first-child {
        flex: 0 1 auto;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      tbody button:hover:not(:disabled) {
        background: none;
      }
      h3 {
        margin-top: 8px;
      }
      @media (pointer: coarse), (max-width: 720px) {
        tbody button {
          min-height: 44px;
        }
      }
    `,
  ];
}
