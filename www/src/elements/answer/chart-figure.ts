import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Chart, ChartView, Effects } from '../../api/logitscope';
import type { Pointed, Shown } from '../../state/picture';
import { effectLine } from '../../words/effects';
import { UNIT_NOTES } from '../../words/explain';
import { percent, plusMinus, signed } from '../../words/format';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

const MOVE_MS = 150;
/** Keys that walk a chart. */
export const STEPS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'] as const;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** One chart: drawn by Rust, pointed at and walked through here. */
@customElement('chart-figure')
export class ChartFigure extends LitElement {
  @property({ attribute: false }) chart!: Chart;
  @property() unit: Shown = 'head';
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
  readonly #painter = new Painter(this, (size, now) => this.#draw(size, now));

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('chart');
    if (!before) return;
    const moves = !still.matches && sameParts(before, this.chart);
    this.#from = moves ? { chart: before, start: performance.now() } : undefined;
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

  #hit(event: MouseEvent) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return this.chart.hit(event.clientX - left, event.clientY - top);
  }

  #point(event: PointerEvent): void {
    const item = this.#hit(event);
    this.pointed = item !== undefined;
    tell(this, 'part-hover', item ? { label: item.label, layer: item.layer ?? null } : null);
  }

  /** A finger that is lifted leaves what it touched pointed at; one that scrolls does not. */
  #leave(event: PointerEvent): void {
    if (event.pointerType === 'touch' && event.type !== 'pointercancel') return;
    this.pointed = false;
    tell(this, 'part-hover', null);
  }

  #click(event: MouseEvent): void {
    tell(this, 'part-select', this.#hit(event)?.label ?? null);
  }

  #key(event: KeyboardEvent): void {
    const { chart, selected } = this;
    const key = STEPS.find((step) => step === event.key);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = selected !== null && chart.item(selected) ? selected : undefined;
    if (key) tell(this, 'part-select', chart.step(own, key));
    else if (event.key === 'Enter' || event.key === ' ') tell(this, 'part-select', own ?? highest(chart));
    else if (event.key === 'Escape') tell(this, 'part-select', null);
    else return;
    event.preventDefault();
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
        @keydown=${this.#key}
        @pointermove=${this.#point}
        @pointerdown=${this.#point}
        @pointerleave=${this.#leave}
        @pointercancel=${this.#leave}
        @click=${this.#click}
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

/** Whether bars can move from one chart to the other. */
function sameParts(a: Chart, b: Chart): boolean {
  const [x, y] = [a.items(), b.items()];
  return x.length === y.length && x.every(({ label }, i) => label === y[i]?.label);
}

/** The largest part of a layer: the remainder is many parts. */
function highest(chart: Chart): string | null {
  const parts = chart.items().filter(({ layer }) => layer !== null);
  return parts.sort((a, b) => a.rank - b.rank)[0]?.label ?? null;
}
