import { LitElement, css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ChartItem } from '../api/charts';
import '../elements/answer/chart-figure';
import '../elements/answer/contribution-table';
import { define } from '../elements/define';
import type { Telling } from '../elements/events';
import type { Pointed } from '../state/picture';
import { effectLine } from '../words/effects';
import { count, percent, plusMinus, signed } from '../words/format';
import { exhibit } from './look';
import type { AttributionExhibit, Explained } from './exhibit';

/** Charts of parts, the selected one in words, what it is taken apart into, and all of them in numbers. */
@define('attribution-exhibit')
export class AttributionExhibitElement extends LitElement {
  @property({ attribute: false }) exhibit!: AttributionExhibit;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  @state() private hovered: Pointed | null = null;

  /** What is pointed at concerns nobody outside. */
  #hover(event: Telling<'part-hover'>): void {
    event.stopPropagation();
    this.hovered = event.detail;
  }

  #figure({ numbers, chart }: Explained) {
    const { exhibit, hovered, selected, theme } = this;
    const effects = exhibit.effects?.unit === numbers.unit ? exhibit.effects : undefined;
    return html`<div class="picture" .style=${`--height: ${heightOf(numbers, exhibit.asked.heads)}px`}>
      <chart-figure .unit=${numbers.unit} .chart=${chart} .effects=${effects} .hovered=${hovered} .selected=${selected} .theme=${theme}></chart-figure>
    </div>`;
  }

  #said(item: ChartItem | undefined) {
    if (!item) return html`<span class="grey">Point at a part, or walk there by the arrow keys.</span>`;
    return html`<strong>${item.name}</strong> <span class="mono grey">${item.label}</span> ${valueOf(item)}`;
  }

  protected override render() {
    const { exhibit, selected } = this;
    const { explained, parts, effects } = exhibit;
    const shown = explained.find(({ chart }) => selected !== null && chart.item(selected)) ?? explained.at(-1);
    const item = selected === null ? undefined : shown?.chart.item(selected);
    const part = parts.find(({ numbers }) => numbers.of === selected);
    const lost = effects?.unit === shown?.numbers.unit ? effects : undefined;
    return html`<div class="all" @part-hover=${this.#hover}>
      ${explained.map((each) => this.#figure(each))}
      <p class="said small" aria-live="polite">${this.#said(item)}</p>
      ${part ? this.#figure(part) : nothing}
      ${shown
        ? html`<details>
            <summary>${count(shown.numbers.labels.length)} parts in numbers</summary>
            <div class="numbers" tabindex="0" role="region" aria-label="Parts in numbers">
              <contribution-table .chart=${shown.chart} .effects=${lost} ?whatIf=${lost} .selected=${selected}></contribution-table>
            </div>
          </details>`
        : nothing}
    </div>`;
  }

  static override styles = [
    ...exhibit,
    css`
      .all {
        display: grid;
        gap: 8px;
        min-width: 0;
      }
    `,
  ];
}

/** A row of heads has to have room for its number; of sources and neurons the strongest are drawn. */
function heightOf({ unit, labels }: Explained['numbers'], heads: number): number {
  switch (unit) {
    case 'head':
      return Math.min(420, heads * 20 + 80);
    case 'source':
    case 'neuron':
      return Math.min(8, labels.length) * 24 + 60;
    default:
      return 200;
  }
}

function valueOf({ value, effect, sd, share, rank, count: of }: ChartItem) {
  if (sd !== null) return html`<span class="mono">${plusMinus({ mean: value, sd })}</span>`;
  if (effect !== null) return effectLine(value, effect);
  return html`<span class="mono">${signed(value)}</span>${share === null ? nothing : html` · ${percent(share)} of all pushes, rank ${rank} of ${of}`}`;
}
