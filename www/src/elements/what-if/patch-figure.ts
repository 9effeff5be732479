import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { PatchCell, PatchGrid, PatchView } from '../../api/logitscope';
import { isElsewhere } from '../../state/same';
import type { Cell } from '../../state/what-if';
import { define } from '../define';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { Pointing } from '../pointing';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

/** Layers across, tokens or heads down: how much of the difference comes back with each activation. */
@define('patch-figure')
export class PatchFigure extends LitElement {
  @property({ attribute: false }) grid!: PatchGrid;
  /** Of heads by token, which head of each layer. */
  @property({ type: Number }) head = 0;
  @property() theme: 'light' | 'dark' = 'light';
  @property({ attribute: false }) selected: Cell | null = null;
  /** What a cell means, in words. */
  @property({ attribute: false }) say!: (cell: PatchCell) => string;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @state({ hasChanged: isElsewhere }) private hovered: Cell | null = null;
  #view: PatchView = { width: 0, height: 0 };
  readonly painter = new Painter(this, (size) => this.#draw(size));
  readonly pointing = new Pointing<Cell>(this, {
    hit: (x, y) => {
      const cell = this.grid.hit(this.#view, x, y);
      return cell && [cell.layer, cell.row];
    },
    point: (cell) => (this.hovered = cell ?? null),
    click: (cell) => tell(this, 'cell-select', cell ?? null),
    step: (key) => tell(this, 'cell-select', this.selected ? this.grid.step(this.selected[0], this.selected[1], key) : [0, 0]),
    press: (key) => {
      const { selected } = this;
      if (!selected || (key !== 'Enter' && key !== 'Escape')) return false;
      if (key === 'Enter') tell(this, 'cell-go-in', selected);
      else tell(this, 'cell-select', null);
      return true;
    },
  });

  #draw(size: Size): void {
    const { theme, head, hovered, selected } = this;
    const place = (cell: Cell | null) => cell && ([...cell] as [number, number]);
    this.#view = { ...size, theme, head, hovered: place(hovered), selected: place(selected) };
    this.grid.draw(this.canvas, this.#view);
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
