import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { PatchCell } from '../api/charts';
import { define } from '../elements/define';
import { tell } from '../elements/events';
import { ANY, cellsOf } from '../elements/what-if/cells';
import '../elements/what-if/patch-figure';
import type { Cell } from '../state/what-if';
import { signed } from '../words/format';
import { cameBack, cellLine, cellName } from '../words/patching';
import type { PatchingExhibit } from './exhibit';
import { exhibit } from './look';
import './number-table';

/** How much of the difference comes back with each activation: as a heatmap, and in numbers. */
@define('patching-exhibit')
export class PatchingExhibitElement extends LitElement {
  @property({ attribute: false }) exhibit!: PatchingExhibit;
  @property({ attribute: false }) selected: Cell | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  /** Of heads by token, which head of each layer. */
  @state() private head = 0;

  /** That in which there is most to see. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('exhibit')) return;
    const { grid, patching } = this.exhibit;
    const [, , heads = 1] = patching.shape;
    const most = Array.from({ length: heads }, (_, head) => Math.abs(cellsOf(grid, patching, head)[0]?.value ?? 0));
    this.head = most.indexOf(Math.max(...most));
  }

  #say(cell: PatchCell): string {
    const { asked, patching, site, tokens } = this.exhibit;
    return cellLine(cell, patching, { picture: asked, site, tokens }, this.head);
  }

  #heads() {
    const [, , heads = 0] = this.exhibit.patching.shape;
    if (!heads) return nothing;
    const names = Array.from({ length: heads }, (_, head) => `head ${head}`);
    return html`<label class="small">
      Of each layer
      <select @change=${(event: Event) => (this.head = (event.target as HTMLSelectElement).selectedIndex)}>
        ${names.map((name, head) => html`<option ?selected=${head === this.head}>${name}</option>`)}
      </select>
    </label>`;
  }

  protected override render() {
    const { exhibit, selected, head, theme } = this;
    const { asked, grid, patching, site } = exhibit;
    const cell = selected && grid.cell({ ...ANY, head }, ...selected);
    const rows = cellsOf(grid, patching, head).map((of) => ({
      key: `${of.layer} ${of.row}`,
      name: cellName({ site, head }, [of.layer, of.row], asked),
      cells: [cameBack(of, patching), signed(of.logit)],
    }));
    return html`${this.#heads()}
      <div class="picture" .style=${`--height: ${Math.min(24, patching.shape[1] ?? 1) * 22 + 80}px`}>
        <patch-figure .grid=${grid} .head=${head} .theme=${theme} .selected=${selected} .say=${(of: PatchCell) => this.#say(of)}></patch-figure>
      </div>
      <p class="said small" aria-live="polite">${cell ? this.#say(cell) : html`<span class="grey">Point at a cell, or walk there by the arrow keys.</span>`}</p>
      <details>
        <summary>In numbers</summary>
        <div class="numbers" tabindex="0" role="region" aria-label="Activations in numbers">
          <number-table
            caption="How much of the difference comes back with each activation, strongest first"
            .head=${['Put in', 'Back', 'Logits']}
            .rows=${rows}
            .selected=${selected ? selected.join(' ') : null}
            @row-press=${({ detail }: CustomEvent<string | null>) => tell(this, 'cell-select', placeOf(detail))}
          ></number-table>
        </div>
      </details>`;
  }

  static override styles = exhibit;
}

function placeOf(key: string | null): Cell | null {
  const [layer = 0, row = 0] = key?.split(' ').map(Number) ?? [];
  return key === null ? null : [layer, row];
}
