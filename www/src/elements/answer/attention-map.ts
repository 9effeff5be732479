import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Pattern, PatternCell } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import { isElsewhere } from '../../state/same';
import { looksAt, tokenAt } from '../../words/depth';
import { Painter } from '../painter';
import { Pointing } from '../pointing';
import { base } from '../styles';

/** Two tokens, of which the first looks at the second. */
type QueryKey = [query: number, key: number];

/** A head's pattern, drawn by Rust as large as there is room, pointed at and walked through here. */
@customElement('attention-map')
export class AttentionMap extends LitElement {
  @property({ attribute: false }) pattern?: Pattern;
  @property({ attribute: false }) picture!: Picture;
  @property() theme: 'light' | 'dark' = 'light';
  /** Whether tokens are named along the diagonal, where there is room for them. */
  @property({ type: Boolean, reflect: true }) named = false;
  /** What it is, for who does not see it. */
  @property() label = '';
  @query('canvas') private canvas!: HTMLCanvasElement;
  @state({ hasChanged: isElsewhere }) private hovered?: QueryKey;

  readonly painter = new Painter(this, ({ width: size, pixelRatio }) => {
    const { pattern, theme, picture, hovered } = this;
    pattern?.draw(this.canvas, { size, pixelRatio, theme, query: picture.at, hovered });
  });

  readonly pointing = new Pointing<QueryKey>(this, {
    hit: (x, y) => {
      const cell = this.pattern?.hit(this.canvas.clientWidth, x, y);
      return cell && [cell.query, cell.key];
    },
    point: (at) => (this.hovered = at),
    step: (key) => {
      const { at } = this.picture;
      this.hovered = this.hovered ? this.pattern?.step(...this.hovered, key) : [at, at];
    },
    press: (key) => {
      if (key !== 'Escape' || !this.hovered) return false;
      this.hovered = undefined;
      return true;
    },
  });

  /** The cell that is pointed at. */
  get #cell(): PatternCell | undefined {
    return this.hovered && this.pattern?.cell(this.canvas.clientWidth, ...this.hovered);
  }

  protected override willUpdate(): void {
    if (this.hovered && !this.pattern) this.hovered = undefined;
  }

  /** What the token where the head is looks at most. */
  #most(): PatternCell | undefined {
    const { at } = this.picture;
    const row = Array.from({ length: at + 1 }, (_, key) => this.pattern?.cell(148, at, key));
    return row.reduce((most, cell) => ((cell?.paid ?? 0) > (most?.paid ?? -1) ? cell : most), undefined);
  }

  #names() {
    const { tokens } = this.picture;
    return tokens.map((_, i) => {
      const style = `--before: ${(i + 1) / tokens.length}; --middle: ${(i + 0.5) / tokens.length}`;
      return html`<span class="name token ${i === this.hovered?.[0] || i === this.hovered?.[1] ? 'lit' : ''}" aria-hidden="true" .style=${style}>${tokenAt(this.picture, i)}</span>`;
    });
  }

  protected override render() {
    const cell = this.hasUpdated ? this.#cell : undefined;
    const most = cell ? undefined : this.#most();
    const said = cell ?? most;
    return html`
      <div
        class="map"
        role="application"
        aria-roledescription="heatmap"
        tabindex="0"
        aria-label=${this.label}
        aria-describedby="said"
      >
        <canvas ?data-empty=${!this.pattern}></canvas>
        ${this.named ? this.#names() : nothing}
      </div>
      <div class="words small">
        <slot></slot>
        <p id="said" aria-live=${cell ? 'polite' : 'off'}>${said && looksAt(this.picture, said.query, said.key, said.paid)}</p>
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
      :host([named]) .map {
        margin-right: 88px;
      }
      .name {
        position: absolute;
        left: calc(100% * var(--before) + 6px);
        top: calc(100% * var(--middle));
        max-width: calc(100% * (1 - var(--before)) + 82px);
        overflow: hidden;
        translate: 0 -50%;
        color: var(--grey);
        font-size: 12px;
        line-height: 14px;
        text-overflow: ellipsis;
        pointer-events: none;
      }
      .name.lit {
        color: var(--ink);
        font-weight: 600;
      }
      .map {
        position: relative;
        touch-action: pan-y pinch-zoom;
        cursor: crosshair;
      }
      canvas {
        display: block;
        width: 100%;
        aspect-ratio: 1;
      }
      /* What was drawn of another head is not of this one. */
      canvas[data-empty] {
        visibility: hidden;
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
