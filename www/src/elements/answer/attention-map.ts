import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Pattern, PatternCell } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import { looksAt } from '../../words/depth';
import { Painter } from '../painter';
import { base } from '../styles';

const STEPS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'] as const;

/** A head's pattern, drawn by Rust as large as there is room, pointed at and walked through here. */
@customElement('attention-map')
export class AttentionMap extends LitElement {
  @property({ attribute: false }) pattern?: Pattern;
  @property({ attribute: false }) picture!: Picture;
  @property() theme: 'light' | 'dark' = 'light';
  /** What it is, for who does not see it. */
  @property() label = '';
  @query('canvas') private canvas!: HTMLCanvasElement;
  @state() private hovered?: [query: number, key: number];

  readonly painter = new Painter(this, ({ width: size, pixelRatio }) => {
    const { pattern, theme, picture, hovered } = this;
    pattern?.draw(this.canvas, { size, pixelRatio, theme, query: picture.at, hovered });
  });

  /** The cell that is pointed at. */
  get #cell(): PatternCell | undefined {
    return this.hovered && this.pattern?.cell(this.canvas.clientWidth, ...this.hovered);
  }

  #point(event: PointerEvent): void {
    const { left, top, width } = this.canvas.getBoundingClientRect();
    const cell = this.pattern?.hit(width, event.clientX - left, event.clientY - top);
    if (cell?.query === this.hovered?.[0] && cell?.key === this.hovered?.[1]) return;
    this.hovered = cell && [cell.query, cell.key];
  }

  /** A finger that is lifted leaves what it touched pointed at. */
  #leave(event: PointerEvent): void {
    if (event.pointerType !== 'touch') this.hovered = undefined;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS.find((step) => step === event.key);
    if (step) {
      const { at } = this.picture;
      this.hovered = this.hovered ? this.pattern?.step(...this.hovered, step) : [at, at];
    } else if (event.key === 'Escape' && this.hovered) {
      this.hovered = undefined;
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  protected override willUpdate(): void {
    if (this.hovered && !this.pattern) this.hovered = undefined;
  }

  protected override render() {
    const cell = this.hasUpdated ? this.#cell : undefined;
    return html`
      <div
        class="map"
        role="application"
        aria-roledescription="heatmap"
        tabindex="0"
        aria-label=${this.label}
        aria-describedby="said"
        @keydown=${this.#key}
        @pointermove=${this.#point}
        @pointerdown=${this.#point}
        @pointerleave=${this.#leave}
      >
        <canvas></canvas>
      </div>
      <div class="words small">
        <slot></slot>
        <p id="said" aria-live="polite">
          ${cell ? looksAt(this.picture, cell.query, cell.key, cell.paid) : html`<span class="grey">Each row looks at columns.</span>`}
        </p>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 4px 12px;
      }
      /* As wide as the panel lets it be small. */
      :host([beside]) {
        grid-template-columns: 148px minmax(0, 1fr);
      }
      .map {
        touch-action: pan-y pinch-zoom;
        cursor: crosshair;
      }
      canvas {
        display: block;
        width: 100%;
        aspect-ratio: 1;
      }
      #said {
        min-height: 20px;
        overflow-wrap: anywhere;
      }
      @media (forced-colors: active) {
        canvas {
          outline: 1px solid CanvasText;
        }
      }
    `,
  ];
}
