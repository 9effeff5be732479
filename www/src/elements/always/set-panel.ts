import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { UNITS, type Picture, type Shown } from '../../state/picture';
import { momentsOf, wholeOf, type Always } from '../../state/set';
import { plusMinus } from '../../words/format';
import { allAddUp, lookLines, numberName, replaced, sameWay } from '../../words/set';
import { UNIT_NAMES } from '../../words/units';
import { tell } from '../events';
import { base } from '../styles';
import { unitRow } from '../unit-row';
import type { ModelShape } from './mean-chart';
import './set-downloads';
import './set-table';

/** The selected part over the prompts, the prompts themselves, and the downloads. */
@customElement('set-panel')
export class SetPanel extends LitElement {
  @property({ attribute: false }) always!: Always;
  /** Of the question, whose charts name the parts. */
  @property({ attribute: false }) picture?: Picture;
  @property() unit: Shown = 'head';
  @property({ attribute: false }) model: ModelShape = [1, 1];
  @property({ type: Boolean }) dots = false;
  /** Whether a link leads to the set. */
  @property({ type: Boolean }) linked = false;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;

  #selected(label: string | null) {
    const moments = label === null ? undefined : momentsOf(this.always, label);
    if (label === null || !moments) {
      return html`<div class="title">
          <h2>Mean ${numberName(this.always)}</h2>
          <span class="value mono">${plusMinus(wholeOf(this.always))}</span>
        </div>
        <p class="small grey">Select a part in a chart: how it varies, and where it looks. Open a prompt by a click on it.</p>`;
    }
    const { effect } = moments;
    const name = UNITS.map((unit) => this.picture?.charts[unit].item(label)?.name).find((name) => name !== undefined);
    return html`
      <div class="title">
        <h2>${name ?? label}</h2>
        <span class="mono grey small">${label}</span>
      </div>
      <p class="small">On average <span class="mono">${plusMinus(moments)}</span>; ${sameWay(moments)}</p>
      ${lookLines(moments).map((line) => html`<p class="small">${line}</p>`)}
      ${effect ? html`<p class="small">Without it: <span class="mono">${plusMinus({ ...effect, mean: -effect.mean })}</span> <span class="grey">(${replaced(this.always)})</span></p>` : nothing}
    `;
  }

  protected override render() {
    const { always, unit, model, dots, linked, selected } = this;
    if (!always.attributions?.component.n) return html`<set-table .always=${always}></set-table>`;
    return html`
      <div class="selected" role="region" aria-label="Selected part" aria-live="polite">${this.#selected(selected)}</div>
      <div class="table"><set-table .always=${always}></set-table></div>
      <p class="small ${allAddUp(always).startsWith('✓') ? 'grey' : 'wrong'}">${allAddUp(always)}</p>
      <div class="units" role="group" aria-label="What is downloaded">
        ${UNITS.map((each) => html`<button type="button" aria-pressed=${each === unit ? 'true' : 'false'} @click=${() => tell(this, 'unit-choose', each)}>${UNIT_NAMES[each]}</button>`)}
      </div>
      <set-downloads .always=${always} .unit=${unit} .source=${this.picture?.source} .model=${model} .dots=${dots} .linked=${linked}></set-downloads>
      ${linked ? nothing : html`<p class="small grey">No link leads to prompts of your own: download them, or keep the file.</p>`}
    `;
  }

  static override styles = [
    base,
    unitRow,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
        min-width: 0;
      }
      .selected {
        display: grid;
        align-content: start;
        gap: 4px;
        min-height: 116px;
      }
      .title {
        display: flex;
        align-items: baseline;
        gap: 8px;
      }
      .title .value {
        margin-left: auto;
        white-space: nowrap;
      }
      /* The table takes the height that the charts leave, and scrolls. */
      .table {
        flex: 1 0 160px;
        height: 0;
        overflow: hidden auto;
        scrollbar-width: thin;
      }
      @media print {
        .selected {
          min-height: 0;
        }
        .table {
          display: none;
        }
      }
      @media screen and (min-width: 1024px) {
        :host {
          height: 0;
          min-height: 100%;
          overflow: hidden auto;
        }
        :host > * {
          flex-shrink: 0;
        }
      }
      @media (max-width: 1023px) {
        .table {
          flex: none;
          height: auto;
          max-height: 480px;
        }
      }
      @media print {
        .units,
        set-downloads {
          display: none;
        }
      }
    `,
  ];
}
