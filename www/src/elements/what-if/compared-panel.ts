import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SIDES, type Compared, type Side } from '../../state/compared';
import { REMOVABLE } from '../../state/effects';
import type { Picture, Shown } from '../../state/picture';
import { signed } from '../../words/format';
import { SIDE_NAMES, sidesLine } from '../../words/patching';
import { outermost } from '../../words/trail';
import { UNIT_NAMES } from '../../words/units';
import '../answer/identity-badge';
import { parts } from '../answer/parts';
import { tell } from '../events';
import { base } from '../styles';
import { unitRow } from '../unit-row';
import './compared-downloads';

const SHOWN = 10;

/** In which parts two sentences' answers differ most. */
@customElement('compared-panel')
export class ComparedPanel extends LitElement {
  @property({ attribute: false }) compared!: Compared;
  @property() unit: Shown = 'head';
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;

  #selected(sides: Record<Side, Picture>) {
    const { selected } = this;
    const of = (side: Side) => REMOVABLE.map((unit) => sides[side].charts[unit].item(selected ?? '')).find((item) => item !== undefined);
    const [clean, corrupted] = [of('clean'), of('corrupted')];
    if (!clean || !corrupted) return html`<span class="grey">Select a part in a chart, or in the table.</span>`;
    return sidesLine(clean.name, [clean.value, corrupted.value]);
  }

  #rows(sides: Record<Side, Picture>, unit: Shown) {
    const { labels, attribution } = sides.difference.attributions[unit];
    const order = labels.map((_, i) => i).sort((a, b) => Math.abs(attribution[b] ?? 0) - Math.abs(attribution[a] ?? 0));
    return order.slice(0, SHOWN).map((i, place) => {
      const label = labels[i] ?? '';
      const chosen = label === this.selected;
      return html`<tr>
        <td class="mono grey">${place + 1}</td>
        <th scope="row"><button type="button" class="mono" aria-pressed=${chosen ? 'true' : 'false'} @click=${() => tell(this, 'part-select', chosen ? null : label)}>${label}</button></th>
        ${SIDES.map((side) => html`<td class="mono ${side === 'difference' ? '' : 'grey'}">${signed(sides[side].attributions[unit].attribution[i] ?? NaN)}</td>`)}
      </tr>`;
    });
  }

  protected override render() {
    const { sides } = this.compared;
    if (!sides) return nothing;
    const unit = REMOVABLE.find((unit) => unit === this.unit) ?? 'head';
    return html`
      <h2>${outermost(sides.clean)}</h2>
      <p class="line small" aria-live="polite">${this.#selected(sides)}</p>
      <div class="units" role="group" aria-label="Unit">
        ${REMOVABLE.map((each) => html`<button type="button" aria-pressed=${each === unit ? 'true' : 'false'} @click=${() => tell(this, 'unit-choose', each)}>${UNIT_NAMES[each]}</button>`)}
      </div>
      <table class="small">
        <caption class="unseen">The parts in which the two sentences differ most</caption>
        <thead class="grey">
          <tr>
            <td></td>
            <th scope="col">Part</th>
            <th scope="col" title=${SIDE_NAMES.clean}>First</th>
            <th scope="col" title=${SIDE_NAMES.corrupted}>Second</th>
            <th scope="col" title=${SIDE_NAMES.difference}>Less</th>
          </tr>
        </thead>
        <tbody>${this.#rows(sides, unit)}</tbody>
      </table>
      <identity-badge .picture=${sides.difference} .unit=${unit}></identity-badge>
      <compared-downloads .sides=${sides} .unit=${unit}></compared-downloads>
    `;
  }

  static override styles = [
    base,
    unitRow,
    parts,
    css`
      :host {
        align-content: start;
        gap: 8px;
      }
      /* What comes moves nothing. */
      .line {
        min-height: 40px;
      }
      :is(th, td):nth-child(n + 3) {
        width: 72px;
      }
      th button[aria-pressed='true'] {
        color: var(--ink);
        font-weight: 600;
      }
      /* The charts say how high the row is: what the panel has more, it scrolls. */
      @media screen and (min-width: 1024px) {
        :host {
          height: 0;
          min-height: 100%;
          overflow: hidden auto;
        }
      }
    `,
  ];
}
