import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { PatchCell, PatchGrid, PatchView } from '../../api/logitscope';
import type { Cell } from '../../state/what-if';
import { STEPS } from '../answer/chart-figure';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

/** Layers across, tokens or heads down: how much of the difference comes back with each activation. */
@customElement('patch-figure')
export class PatchFigure extends LitElement {
  @property({ attribute: false }) grid!: PatchGrid;
  /** Of heads by token, which head of each layer. */
  @property({ type: Number }) head = 0;
  @property() theme: 'light' | 'dark' = 'light';
  @property({ attribute: false }) selected: Cell | null = null;
  /** What a cell means, in words. */
  @property({ attribute: false }) say!: (cell: PatchCell) => string;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @state() private hovered: Cell | null = null;
  #view: PatchView = { width: 0, height: 0 };
  readonly painter = new Painter(this, (size) => this.#draw(size));

  #draw(size: Size): void {
    const { theme, head, hovered, selected } = this;
    const place = (cell: Cell | null) => cell && ([...cell] as [number, number]);
    this.#view = { ...size, theme, head, hovered: place(hovered), selected: place(selected) };
    this.grid.draw(this.canvas, this.#view);
  }

  #hit(event: MouseEvent): Cell | null {
    const { left, top } = this.canvas.getBoundingClientRect();
    const cell = this.grid.hit(this.#view, event.clientX - left, event.clientY - top);
    return cell ? [cell.layer, cell.row] : null;
  }

  #point(event: PointerEvent): void {
    const [layer, row] = this.#hit(event) ?? [];
    if (layer === this.hovered?.[0] && row === this.hovered?.[1]) return;
    this.hovered = layer === undefined || row === undefined ? null : [layer, row];
  }

  /** A finger that is lifted leaves what it touched pointed at; one that scrolls does not. */
  #leave(event: PointerEvent): void {
    if (event.pointerType === 'touch' && event.type !== 'pointercancel') return;
    this.hovered = null;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = STEPS.find((step) => step === event.key);
    const { selected } = this;
    if (key) tell(this, 'cell-select', selected ? this.grid.step(selected[0], selected[1], key) : [0, 0]);
    else if (event.key === 'Enter' && selected) tell(this, 'cell-go-in', selected);
    else if (event.key === 'Escape' && selected) tell(this, 'cell-select', null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #tooltip() {
    const cell = this.hovered ? this.grid.cell(this.#view, ...this.hovered) : undefined;
    return cell ? html`<div class="tooltip small" .style=${tooltipPlace(cell)}>${this.say(cell)}</div>` : nothing;
  }

  protected override render() {
    return html`<div
        class="chart"
        role="application"
        aria-roledescription="chart"
        tabindex="0"
        aria-label=${this.grid.title(this.head)}
        aria-describedby="note"
        @keydown=${this.#key}
        @pointermove=${this.#point}
        @pointerdown=${this.#point}
        @pointerleave=${this.#leave}
        @pointercancel=${this.#leave}
        @click=${(event: MouseEvent) => tell(this, 'cell-select', this.#hit(event))}
      >
        <canvas></canvas>
        ${this.#tooltip()}
      </div>
      <p id="note" class="unseen">Arrow keys go from cell to cell, Enter goes in, Escape selects none.</p>`;
  }

  static override styles = [
    base,
    charted,
    tooltip,
    css`
      :host {
        display: grid;
        position: relative;
        min-width: 0;
      }
    `,
  ];
}
