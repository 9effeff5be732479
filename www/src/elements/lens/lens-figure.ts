import { LitElement, css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Lens, LensTable, LensView } from '../../api/logitscope';
import type { Asked } from '../../state/asked';
import { WHEN, type LensPlace, type Shade } from '../../state/lens';
import { isElsewhere } from '../../state/same';
import { percent, shown } from '../../words/format';
import { expectedThere, lensPlaceName } from '../../words/lens';
import { define } from '../define';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { Pointing } from '../pointing';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

/** So many tokens are named of the cell that is pointed at. */
const NAMED = 3;

/** So many rows are on one page. */
const ON_PAPER = 64;

/** Layers across, tokens down: what the model would say if it stopped there. */
@define('lens-figure')
export class LensFigure extends LitElement {
  @property({ attribute: false }) table!: LensTable;
  @property({ attribute: false }) lens!: Lens;
  /** The question's, whose position's row is marked. */
  @property({ attribute: false }) picture!: Asked;
  @property() shade: Shade = WHEN.shade;
  @property() theme: 'light' | 'dark' = 'light';
  @property({ attribute: false }) selected: LensPlace | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @state({ hasChanged: isElsewhere }) private hovered: LensPlace | null = null;
  #view: LensView = { width: 0, height: 0 };
  readonly painter = new Painter(
    this,
    (size) => this.#draw(size),
    () => Math.min(this.lens.positions.length, ON_PAPER) * 18 + 56,
  );
  readonly pointing = new Pointing<LensPlace>(this, {
    hit: (x, y) => {
      const cell = this.table.hit(this.#view, x, y);
      return cell && [cell.state, cell.row];
    },
    point: (place) => (this.hovered = place ?? null),
    click: (place) => tell(this, 'state-select', place ?? null),
    step: (key) => {
      const { selected } = this;
      tell(this, 'state-select', selected ? this.table.step(this.#view, selected[0], selected[1], key) : [this.lens.labels.length - 1, this.#row]);
    },
    press: (key) => {
      if (key !== 'Escape' || !this.selected) return false;
      tell(this, 'state-select', null);
      return true;
    },
  });

  get #row(): number {
    return this.lens.positions.indexOf(this.picture.position);
  }

  #draw(size: Size): void {
    const { theme, shade, hovered, selected } = this;
    const place = (at: LensPlace | null) => at && ([...at] as [number, number]);
    this.#view = { ...size, theme, shade, row: this.#row, hovered: place(hovered), selected: place(selected) };
    this.table.draw(this.canvas, this.#view);
  }

  #tooltip() {
    const { hovered, lens, picture } = this;
    const cell = hovered && this.table.cell(this.#view, ...hovered);
    if (!hovered || !cell) return nothing;
    const top = lens.top[hovered[0]]?.[hovered[1]] ?? [];
    return html`<div class="tooltip small" .style=${tooltipPlace(cell)}>
      <strong>${lensPlaceName(lens, hovered, picture)}</strong><br />
      ${top.length
        ? html`${top.slice(0, NAMED).map(({ text, probability }) => html`<span class="token">${shown(text)}</span> <span class="mono grey">${percent(probability)}</span> `)}
            <br /><span class="grey">${expectedThere(lens, hovered, picture)}</span>`
        : html`<span class="grey">Not known yet.</span>`}
    </div>`;
  }

  protected override render() {
    return html`<div
        class="chart"
        role="application"
        aria-roledescription="chart"
        tabindex="0"
        aria-label=${this.table.title}
        aria-describedby="note"
      >
        <canvas></canvas>
        ${this.#tooltip()}
      </div>
      <p id="note" class="unseen">Arrow keys go from state to state and from token to token, Escape selects none.</p>`;
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
