import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Cancelling } from '../../api/logitscope';
import { erased } from '../../words/cancelling';
import { percent, signed } from '../../words/format';
import { tell } from '../events';
import { placeUnder } from '../popover';
import { base } from '../styles';

/** Warns of shares that cancel: the largest pair, and all of them on demand. */
@customElement('cancelling-note')
export class CancellingNote extends LitElement {
  @property({ attribute: false }) pairs: readonly Cancelling[] = [];
  @query('#all') private all!: HTMLElement;
  @query('#more') private more!: HTMLElement;

  #part(label: string, value: number) {
    const choose = () => {
      this.all.hidePopover();
      tell(this, 'part-select', label);
    };
    return html`<td><button type="button" class="mono" @click=${choose}>${label}</button></td><td class="mono">${signed(value)}</td>`;
  }

  protected override render() {
    const [first] = this.pairs;
    if (!first) return nothing;
    return html`
      <span class="small" role="note"><span aria-hidden="true">⚠</span> ${erased(first)}</span>
      <button type="button" id="more" popovertarget="all" aria-label="Erased parts: more"><span class="sign" aria-hidden="true">⚠</span><span class="more">more</span></button>
      <div
        id="all"
        class="small"
        popover
        role="dialog"
        aria-label="Parts that cancel"
        @toggle=${(event: ToggleEvent) => event.newState === 'open' && placeUnder(this.all, this.more)}
      >
        <p>
          A later part takes out of the residual stream again what an earlier one wrote there for others to read. Their shares cancel, so neither says what
          its part does for the answer: <button type="button" @click=${() => tell(this, 'tab-choose', 'what-if')}>what if it were not there?</button>
        </p>
        <table>
          <caption class="unseen">Pairs of parts that cancel, the largest first</caption>
          <thead class="grey">
            <tr>
              <th scope="col" colspan="2">Wrote</th>
              <th scope="col" colspan="2">Erases it</th>
              <th scope="col">As much as</th>
            </tr>
          </thead>
          <tbody>
            ${this.pairs.map(
              ({ earlier, later, projection, attribution }) => html`<tr>
                ${this.#part(earlier, attribution[0])} ${this.#part(later, attribution[1])}
                <td class="mono">${percent(Math.min(1, -projection))}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        align-self: center;
      }
      .sign {
        display: none;
      }
      /* A line more would move the charts when it comes. */
      @media (max-width: 720px) {
        [role='note'],
        .more {
          display: none;
        }
        .sign {
          display: inline;
        }
      }
      [popover] {
        max-width: min(400px, 100% - 16px);
      }
      table {
        width: 100%;
        margin-top: 8px;
        border-collapse: collapse;
      }
      th {
        font-weight: 400;
        text-align: left;
      }
      td:nth-child(even),
      :is(td, th):last-child {
        padding-right: 16px;
        text-align: right;
      }
      :is(td, th):last-child {
        padding-right: 0;
      }
      tbody tr {
        border-top: 1px solid var(--hairline);
      }
      @media print {
        button {
          display: none;
        }
      }
    `,
  ];
}
