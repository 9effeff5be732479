import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Lens, LensTable, Prediction } from '../../api/logitscope';
import { WHEN, type LensPlace, type Shade } from '../../state/lens';
import type { Picture } from '../../state/picture';
import { tokenAt } from '../../words/depth';
import { percent, place, sentenceCase, shown } from '../../words/format';
import { expectedThere, lensPlaceName, stateName, writerOf } from '../../words/lens';
import { parts } from '../answer/parts';
import { tell } from '../events';
import { base } from '../styles';
import './lens-downloads';

/** The selected cell's likeliest tokens, each a click away from being the answer there; or the question's position, state by state. */
@customElement('lens-panel')
export class LensPanel extends LitElement {
  @property({ attribute: false }) table!: LensTable;
  @property({ attribute: false }) lens!: Lens;
  @property({ attribute: false }) picture!: Picture;
  @property() shade: Shade = WHEN.shade;
  @property({ attribute: false }) selected: LensPlace | null = null;

  #cell(at: LensPlace) {
    const { lens, picture } = this;
    const [state, row] = at;
    const top = lens.top[state]?.[row] ?? [];
    const position = lens.positions[row] ?? NaN;
    const isAnswer = ({ id }: Prediction) => id === picture.answer.id && position === picture.position;
    return html`
      <h2>${sentenceCase(lensPlaceName(lens, at, picture))}</h2>
      <p class="small grey" aria-live="polite">${top.length ? expectedThere(lens, at, picture) : 'Not known yet.'}</p>
      <table class="small">
        <caption class="unseen">What the model would say, likeliest first</caption>
        <thead class="grey">
          <tr>
            <td></td>
            <th scope="col">It would say</th>
            <th scope="col">Probability</th>
          </tr>
        </thead>
        <tbody>
          ${top.map(
            (prediction, i) => html`<tr>
              <td class="mono grey">${i + 1}</td>
              <th scope="row">
                <button
                  type="button"
                  title="Explain this token, after ${tokenAt(picture, position)}"
                  aria-pressed=${isAnswer(prediction) ? 'true' : 'false'}
                  @click=${() => tell(this, 'said-choose', { position, prediction })}
                ><span class="token">${shown(prediction.text)}</span></button>
              </th>
              <td class="mono">${percent(prediction.probability)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${position === picture.position ? this.#writer(lens.labels[state] ?? '') : nothing}
      <p><button type="button" @click=${() => tell(this, 'state-select', null)}>All states at ${tokenAt(this.picture, picture.position)}</button></p>
    `;
  }

  /** The way to what the part that came last says by itself. */
  #writer(label: string) {
    const writer = writerOf(label, this.picture.layers);
    if (!writer) return nothing;
    const show = () => {
      tell(this, 'part-select', writer.label);
      tell(this, 'tab-choose', 'who');
    };
    return html`<p><button type="button" @click=${show}>What ${writer.name} says</button></p>`;
  }

  #column() {
    const { lens, picture } = this;
    const row = lens.positions.indexOf(picture.position);
    const { probability = [], rank = [] } = lens.answer ?? {};
    return html`
      <h2>State by state, at ${tokenAt(this.picture, picture.position)}</h2>
      <p class="small grey">Point at a cell, or walk there by the arrow keys: a cell opens its likeliest tokens.</p>
      <table class="small states">
        <caption class="unseen">What the model would say after each state, and what of it is the answer’s</caption>
        <thead class="grey">
          <tr>
            <td></td>
            <th scope="col">It would say</th>
            <th scope="col" title="The probability of what it would say">likely</th>
            <th scope="col" class="answer" title="The answer’s probability and rank"><span class="token">${shown(picture.answer.text)}</span></th>
            <th scope="col">rank</th>
          </tr>
        </thead>
        <tbody>
          ${lens.labels.map((label, state) => {
            const [likeliest] = lens.top[state]?.[row] ?? [];
            return html`<tr>
              <td class="mono grey">${label}</td>
              <th scope="row">
                ${likeliest
                  ? html`<button type="button" title=${sentenceCase(stateName(label, picture.layers))} @click=${() => tell(this, 'state-select', [state, row])}>
                      <span class="token">${shown(likeliest.text)}</span>
                    </button>`
                  : nothing}
              </th>
              <td class="mono">${likeliest ? percent(likeliest.probability) : ''}</td>
              <td class="mono grey">${likeliest ? percent(probability[state]?.[row]) : ''}</td>
              <td class="mono grey">${likeliest ? place(rank[state]?.[row] ?? NaN) : ''}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    `;
  }

  protected override render() {
    const { table, lens, picture, shade, selected } = this;
    return html`${selected ? this.#cell(selected) : this.#column()}
      <lens-downloads .table=${table} .lens=${lens} .picture=${picture} .shade=${shade}></lens-downloads>`;
  }

  static override styles = [
    base,
    parts,
    css`
      :host {
        align-content: start;
        gap: 8px;
      }
      .states :is(th, td):first-child {
        width: 76px;
      }
      .states :is(th, td):nth-child(3),
      .states :is(th, td):nth-child(4) {
        width: 56px;
      }
      .states :is(th, td):nth-child(5) {
        width: 72px;
      }
      .answer {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      th button {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        text-align: left;
      }
      p button {
        margin-left: -8px;
      }
      [aria-pressed='true'] {
        color: var(--ink);
        font-weight: 600;
      }
    `,
  ];
}
