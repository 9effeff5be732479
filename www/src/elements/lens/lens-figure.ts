import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Lens, LensTable, LensView } from '../../api/logitscope';
import { WHEN, type LensPlace, type Shade } from '../../state/lens';
import type { Picture } from '../../state/picture';
import { isolate, percent } from '../../words/format';
import { expectedThere, lensPlaceName } from '../../words/lens';
import { STEPS } from '../answer/chart-figure';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { base, charted } from '../styles';
import { tooltip, tooltipPlace } from '../tooltip';

/** So many tokens are named of the cell that is pointed at. */
const NAMED = 3;

/** Layers across, tokens down: what the model would say if it stopped there. */
@customElement('lens-figure')
export class LensFigure extends LitElement {
  @property({ attribute: false }) table!: LensTable;
  @property({ attribute: false }) lens!: Lens;
  /** The question's, whose position's row is marked. */
  @property({ attribute: false }) picture!: Picture;
  @property() shade: Shade = WHEN.shade;
  @property() theme: 'light' | 'dark' = 'light';
  @property({ attribute: false }) selected: LensPlace | null = null;
  @query('canvas') private canvas!: HTMLCanvasElement;
  @state() private hovered: LensPlace | null = null;
  #view: LensView = { width: 0, height: 0 };
  readonly painter = new Painter(this, (size) => this.#draw(size));

  get #row(): number {
    return this.lens.positions.indexOf(this.picture.position);
  }

  #draw(size: Size): void {
    const { theme, shade, hovered, selected } = this;
    const place = (at: LensPlace | null) => at && ([...at] as [number, number]);
    this.#view = { ...size, theme, shade, row: this.#row, hovered: place(hovered), selected: place(selected) };
    this.table.draw(this.canvas, this.#view);
  }

  #hit(event: MouseEvent): LensPlace | null {
    const { left, top } = this.canvas.getBoundingClientRect();
    const cell = this.table.hit(this.#view, event.clientX - left, event.clientY - top);
    return cell ? [cell.state, cell.row] : null;
  }

  #point(event: PointerEvent): void {
    const place = this.#hit(event);
    if (place?.[0] !== this.hovered?.[0] || place?.[1] !== this.hovered?.[1]) this.hovered = place;
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
    if (key) tell(this, 'state-select', selected ? this.table.step(this.#view, selected[0], selected[1], key) : [this.lens.labels.length - 1, this.#row]);
    else if (event.key === 'Escape' && selected) tell(this, 'state-select', null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #tooltip() {
    const { hovered, lens, picture } = this;
    const cell = hovered && this.table.cell(this.#view, ...hovered);
    if (!hovered || !cell) return nothing;
    const top = lens.top[hovered[0]]?.[hovered[1]] ?? [];
    return html`<div class="tooltip small" .style=${tooltipPlace(cell)}>
      <strong>${lensPlaceName(lens, hovered, picture)}</strong><br />
      ${top.length
        ? html`${top.slice(0, NAMED).map(({ text, probability }) => html`<span class="token">${isolate(text)}</span> <span class="mono grey">${percent(probability)}</span> `)}
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
        @keydown=${this.#key}
        @pointermove=${this.#point}
        @pointerdown=${this.#point}
        @pointerleave=${this.#leave}
        @pointercancel=${this.#leave}
        @click=${(event: MouseEvent) => tell(this, 'state-select', this.#hit(event))}
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
