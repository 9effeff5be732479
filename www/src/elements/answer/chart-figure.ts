import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Chart, ChartItem, ChartView, Effects, Unit } from '../../api/logitscope';
import type { Pointed } from '../../state/picture';
import { effectLine } from '../../words/effects';
import { percent, plusMinus, signed } from '../../words/format';
import { UNIT_NOTES } from '../../words/units';
import { define } from '../define';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { Pointing } from '../pointing';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

const MOVE_MS = 150;

/** Charts that follow each other faster, as while somebody types, do not move: they would hold each other up, and never arrive. */
const APART_MS = 400;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** One chart: drawn by Rust, pointed at and walked through here. */
@define('chart-figure')
export class ChartFigure extends LitElement {
  @property({ attribute: false }) chart!: Chart;
  @property() unit: Unit = 'head';
  @property() theme: 'light' | 'dark' = 'light';
  /** What the pointer is on, here or elsewhere. */
  @property({ attribute: false }) hovered: Pointed | null = null;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  /** What is lost without each part, which the chart shows as well: as far as it is known. */
  @property({ attribute: false }) effects?: Effects;
  @query('canvas') private canvas!: HTMLCanvasElement;
  /** Whether the pointer, and not only the selection, put the tooltip up. */
  @state() private pointed = false;

  /** The chart that moves into this one. */
  #from?: { chart: Chart; start: number };
  /** When the chart was changed. */
  #changed = -Infinity;
  readonly #painter = new Painter(this, (size, now) => this.#draw(size, now));
  readonly pointing = new Pointing<ChartItem>(this, {
    hit: (x, y) => this.chart.hit(x, y),
    point: (item) => {
      this.pointed = item !== undefined;
      tell(this, 'part-hover', item ? { label: item.label, layer: item.layer ?? null } : null);
    },
    click: (item) => tell(this, 'part-select', item?.label ?? null),
    step: (key) => tell(this, 'part-select', this.chart.step(this.#own, key)),
    press: (key) => {
      if (key !== 'Enter' && key !== ' ' && key !== 'Escape') return false;
      tell(this, 'part-select', key === 'Escape' ? null : (this.#own ?? highest(this.chart)));
      return true;
    },
  });

  /** The selected part, if it is one of this chart. */
  get #own(): string | undefined {
    const { chart, selected } = this;
    return selected !== null && chart.item(selected) ? selected : undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('chart');
    if (!before) return;
    const start = performance.now();
    const moves = !still.matches && start - this.#changed > APART_MS && differ(before, this.chart);
    this.#from = moves ? { chart: before, start } : undefined;
    this.#changed = start;
  }

  #draw(size: Size, now: number): void {
    const { chart, theme, hovered, selected } = this;
    const view: ChartView = { ...size, theme, hovered: hovered?.label, hoveredLayer: hovered?.layer, selected };
    const progress = this.#from ? (now - this.#from.start) / MOVE_MS : 1;
    if (this.#from && progress < 1) {
      chart.drawBetween(this.#from.chart, Math.max(0, progress), this.canvas, view);
      this.#painter.request();
    } else {
      this.#from = undefined;
      chart.draw(this.canvas, view);
    }
  }

  #tooltip() {
    const item = this.pointed && this.hovered ? this.chart.item(this.hovered.label) : undefined;
    if (!item) return nothing;
    return html`<div class="tooltip small" .style=${tooltipPlace(item)}>
      <strong>${item.name}</strong> <span class="grey mono">${item.label}</span><br />
      ${item.sd !== null ? html`<span class="mono">${plusMinus({ mean: item.value, sd: item.sd })}</span>` : item.effect === null ? html`<span class="mono">${signed(item.value)}</span>` : effectLine(item.value, item.effect)}
      ${item.sd !== null || item.effect !== null || item.share === null ? nothing : html`· ${percent(item.share)} of all pushes · rank ${item.rank} of ${item.count}`}
    </div>`;
  }

  protected override render() {
    return html`<figure>
      <div
        class="chart"
        role="application"
        aria-roledescription="chart"
        tabindex="0"
        aria-label=${this.chart.title}
        aria-describedby="note"
      >
        <canvas></canvas>
        ${this.#tooltip()}
      </div>
      <figcaption id="note" class="unseen">
        ${UNIT_NOTES[this.unit]} Arrow keys go from part to part, Enter selects the largest, Escape none.
      </figcaption>
    </figure>`;
  }

  static override styles = [
    base,
    charted,
    tooltip,
    css`
      :host,
      figure {
        display: grid;
        min-width: 0;
        position: relative;
      }
    `,
  ];
}

/** Whether bars can move from one chart to the other, and one does by more than a pixel's share of the whole scale. */
function differ(a: Chart, b: Chart): boolean {
  const [x, y] = [a.items(), b.items()];
  const [low, high] = b.span;
  const sameParts = x.length === y.length && x.every(({ label }, i) => label === y[i]?.label);
  return sameParts && x.some(({ value }, i) => Math.abs(value - (y[i]?.value ?? NaN)) > (high - low) / 1000);
}

/** The largest part of a layer: the remainder is many parts. */
function highest(chart: Chart): string | null {
  const parts = chart.items().filter(({ layer }) => layer !== null);
  return parts.sort((a, b) => a.rank - b.rank)[0]?.label ?? null;
}
