import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { Scatter, type ChartView, type ScatterPoint } from '../../api/charts';
import type { Effects } from '../../api/logitscope';
import type { Asked } from '../../state/asked';
import type { Pointed } from '../../state/picture';
import { effectLine } from '../../words/effects';
import { subjectOf } from '../../words/trail';
import { define } from '../define';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { Pointing } from '../pointing';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

/** Direct effects across, total effects up: every part a point. A slot is for what stands below. */
@define('effect-scatter')
export class EffectScatter extends LitElement {
  @property({ attribute: false }) picture!: Asked;
  @property({ attribute: false }) component?: Effects;
  @property({ attribute: false }) head?: Effects;
  @property({ attribute: false }) hovered: Pointed | null = null;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  @query('canvas') private canvas!: HTMLCanvasElement;
  /** Whether the pointer, and not only the selection, put the tooltip up. */
  @state() private pointed = false;
  /** In the memory of the module that draws it. */
  #scatter?: Scatter;
  #view: ChartView = { width: 0, height: 0 };
  readonly painter = new Painter(this, (size) => this.#draw(size));
  readonly pointing = new Pointing<ScatterPoint>(this, {
    hit: (x, y) => this.#scatter?.hit(this.#view, x, y),
    point: (point) => {
      this.pointed = point !== undefined;
      tell(this, 'part-hover', point ? { label: point.label, layer: point.layer } : null);
    },
    click: (point) => tell(this, 'part-select', point?.label ?? null),
    step: (key) => {
      const { selected } = this;
      const own = selected !== null && this.#scatter?.item(this.#view, selected) ? selected : undefined;
      tell(this, 'part-select', this.#scatter?.step(own, key) ?? null);
    },
    press: (key) => {
      if (key === 'Escape') tell(this, 'part-select', null);
      return key === 'Escape';
    },
  });

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (this.#scatter && !['picture', 'component', 'head'].some((of) => changed.has(of))) return;
    const { picture, component, head } = this;
    this.#scatter?.free();
    const of = [component, head].filter((effects) => effects !== undefined);
    const all = (field: 'direct' | 'effect') => Float64Array.from(of.flatMap((effects) => effects[field]));
    const labels = of.flatMap(({ labels }) => labels);
    this.#scatter = new Scatter(labels, all('direct'), all('effect'), subjectOf(picture));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scatter?.free();
    this.#scatter = undefined;
  }

  #draw(size: Size): void {
    const { theme, hovered, selected } = this;
    this.#view = { ...size, theme, hovered: hovered?.label, hoveredLayer: hovered?.layer, selected };
    this.#scatter?.draw(this.canvas, this.#view);
  }

  #tooltip() {
    const point = this.pointed && this.hovered ? this.#scatter?.item(this.#view, this.hovered.label) : undefined;
    if (!point) return nothing;
    const { x, y, radius, name, label, direct, total } = point;
    return html`<div class="tooltip small" .style=${tooltipPlace({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius })}>
      <strong>${name}</strong> <span class="grey mono">${label}</span><br />
      ${effectLine(direct, total)}
    </div>`;
  }

  protected override render() {
    return html`<figure>
      <div
        class="chart"
        role="application"
        aria-roledescription="chart"
        tabindex="0"
        aria-label=${this.#scatter?.title ?? ''}
        aria-describedby="note"
      >
        <canvas></canvas>
        ${this.#tooltip()}
      </div>
      <slot></slot>
      <figcaption id="note" class="unseen">
        On the diagonal, what is lost without a part is what it wrote. Arrow keys go from part to part: left and right by the direct effect, up and
        down by the total one.
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
      figure {
        grid-template-rows: 1fr auto;
      }
    `,
  ];
}
