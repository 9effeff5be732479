import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Chart, ChartView, Unit } from '../api/logitscope';
import { UNIT_NAMES, UNIT_NOTES } from '../explain';
import { percent, signed } from '../format';
import { SessionController, session } from '../session';
import { base } from '../styles';
import { theme } from '../theme';

const MOVE_MS = 150;
const STEPS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'] as const;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** One chart: drawn by Rust, pointed at and walked through here. */
@customElement('chart-figure')
export class ChartFigure extends LitElement {
  readonly controller = new SessionController(this);
  @property() unit: Unit = 'head';
  @query('canvas') private canvas!: HTMLCanvasElement;
  @query('.chart') private frame!: HTMLElement;
  /** Whether the pointer, and not only the selection, put the tooltip up. */
  @state() private pointed = false;

  #shown?: Chart;
  #from?: { chart: Chart; start: number };
  #frameRequest?: number;
  #density?: MediaQueryList;
  readonly #resized = new ResizeObserver(() => this.#redraw());

  override connectedCallback(): void {
    super.connectedCallback();
    theme.addEventListener('change', this.#redraw);
    this.#watchDensity();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    theme.removeEventListener('change', this.#redraw);
    this.#density?.removeEventListener('change', this.#watchDensity);
    this.#resized.disconnect();
    if (this.#frameRequest !== undefined) cancelAnimationFrame(this.#frameRequest);
  }

  protected override firstUpdated(): void {
    this.#resized.observe(this.frame);
  }

  protected override updated(): void {
    const chart = session.state.picture?.charts[this.unit];
    if (chart && chart !== this.#shown) {
      const moves = this.#shown && !still.matches && sameParts(this.#shown, chart);
      this.#from = moves && this.#shown ? { chart: this.#shown, start: performance.now() } : undefined;
      this.#shown = chart;
    }
    this.#redraw();
  }

  /** The window may move to a screen of another pixel density. */
  readonly #watchDensity = () => {
    this.#density?.removeEventListener('change', this.#watchDensity);
    this.#density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.#density.addEventListener('change', this.#watchDensity);
    this.#redraw();
  };

  readonly #redraw = () => {
    this.#frameRequest ??= requestAnimationFrame((now) => {
      this.#frameRequest = undefined;
      this.#draw(now);
    });
  };

  #draw(now: number): void {
    const chart = this.#shown;
    const { clientWidth: width, clientHeight: height } = this.frame;
    if (!chart || width === 0 || height === 0) return;
    const { hovered, question } = session.state;
    const view: ChartView = {
      width,
      height,
      pixelRatio: devicePixelRatio,
      theme: theme.theme,
      hovered: hovered?.label,
      hoveredLayer: hovered?.layer,
      selected: question.selected,
    };
    const progress = this.#from ? (now - this.#from.start) / MOVE_MS : 1;
    if (this.#from && progress < 1) {
      chart.drawBetween(this.#from.chart, Math.max(0, progress), this.canvas, view);
      this.#redraw();
    } else {
      this.#from = undefined;
      chart.draw(this.canvas, view);
    }
  }

  #hit(event: MouseEvent) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return this.#shown?.hit(event.clientX - left, event.clientY - top);
  }

  #point(event: PointerEvent): void {
    const item = this.#hit(event);
    this.pointed = item !== undefined;
    session.hover(item ? { label: item.label, layer: item.layer ?? null } : null);
  }

  /** A finger that is lifted leaves what it touched pointed at; one that scrolls does not. */
  #leave(event: PointerEvent): void {
    if (event.pointerType === 'touch' && event.type !== 'pointercancel') return;
    this.pointed = false;
    session.hover(null);
  }

  #click(event: MouseEvent): void {
    session.select(this.#hit(event)?.label ?? null);
  }

  #key(event: KeyboardEvent): void {
    const { selected } = session.state.question;
    const chart = this.#shown;
    const key = STEPS.find((step) => step === event.key);
    if (!chart || event.ctrlKey || event.metaKey || event.altKey) return;
    const own = selected !== null && chart.item(selected) ? selected : undefined;
    if (key) session.select(chart.step(own, key));
    else if (event.key === 'Enter' || event.key === ' ') session.select(own ?? highest(chart));
    else if (event.key === 'Escape') session.select(null);
    else return;
    event.preventDefault();
  }

  #tooltip() {
    const { hovered } = session.state;
    const item = this.pointed && hovered ? this.#shown?.item(hovered.label) : undefined;
    if (!item) return nothing;
    const below = item.y < 72;
    const style = `--x: ${item.x + item.width / 2}px; --y: ${below ? item.y + item.height + 8 : item.y - 8}px; --up: ${below ? '0' : '-100%'}`;
    return html`<div class="tooltip small" style=${style}>
      <strong>${item.name}</strong> <span class="grey mono">${item.label}</span><br />
      <span class="mono">${signed(item.value)}</span> · ${percent(item.share)} · rank ${item.rank} of ${item.count}
    </div>`;
  }

  protected override render() {
    const title = session.state.picture?.charts[this.unit].title ?? UNIT_NAMES[this.unit];
    return html`<figure>
      <div
        class="chart"
        role="application"
        aria-roledescription="chart"
        tabindex="0"
        aria-label=${title}
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
    css`
      :host,
      figure {
        display: grid;
        min-width: 0;
        position: relative;
      }
      .chart {
        position: relative;
        min-width: 0;
        touch-action: pan-y pinch-zoom;
        cursor: crosshair;
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
      }
      .tooltip {
        position: absolute;
        left: clamp(0px, calc(var(--x) - 136px), calc(100% - 272px));
        top: var(--y);
        z-index: 1;
        width: 272px;
        padding: 8px;
        translate: 0 var(--up);
        border: 1px solid var(--hairline);
        border-radius: 4px;
        background: var(--ground);
        box-shadow: 0 4px 12px rgb(0 0 0 / 0.18);
        pointer-events: none;
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
