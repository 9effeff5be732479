import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PatchCell, PatchGrid } from '../../api/logitscope';
import type { Patches } from '../../state/patching';
import type { Cell } from '../../state/what-if';
import { signed } from '../../words/format';
import { cameBack, cellLine, cellName } from '../../words/patching';
import { outermost } from '../../words/trail';
import { parts } from '../answer/parts';
import { tell } from '../events';
import { base } from '../styles';
import { cellsOf } from './cells';
import './patch-downloads';

const SHOWN = 8;

/** What both sentences say, what the selected cell means, and the strongest cells. */
@customElement('patch-panel')
export class PatchPanel extends LitElement {
  @property({ attribute: false }) grid?: PatchGrid;
  @property({ attribute: false }) patches!: Patches;
  /** Of heads by token, which head of each layer. */
  @property({ type: Number }) head = 0;
  /** The selected activation. */
  @property({ attribute: false }) cell: Cell | null = null;
  #cells: PatchCell[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('grid') || changed.has('head')) this.#cells = this.grid && this.patches.patching ? cellsOf(this.grid, this.patches.patching, this.head) : [];
  }

  protected override render() {
    const { patches, head, cell } = this;
    const { picture, patching, site } = patches;
    if (!picture) return nothing;
    const selected = cell && this.#cells.find(({ layer, row }) => layer === cell[0] && row === cell[1]);
    const known = this.#cells.filter(({ value }) => !Number.isNaN(value));
    return html`
      <h2>${outermost(picture)}</h2>
      <dl class="small">
        <div><dt>first sentence, the clean one</dt><dd class="mono">${patching ? signed(patching.clean) : '…'}</dd></div>
        <div><dt>second sentence, the corrupted one</dt><dd class="mono">${patching ? signed(patching.corrupted) : '…'}</dd></div>
      </dl>
      <p class="line small" aria-live="polite">
        ${selected && patching
          ? html`${cellLine(selected, patching, patches, head)}
              <button type="button" title="Who writes what the second sentence says with this in it" @click=${() => tell(this, 'cell-go-in', [selected.layer, selected.row])}>go in</button>`
          : html`<span class="grey">0 is what the second sentence says, 1 the first. Point at a cell, or walk there by the arrow keys.</span>`}
      </p>
      ${patching && known.length
        ? html`<table class="small">
              <caption class="unseen">The activations that bring most of the difference back</caption>
              <thead class="grey">
                <tr>
                  <td></td>
                  <th scope="col">Put in</th>
                  <th scope="col" title="0 is what the second sentence says, 1 the first">Back</th>
                  <th scope="col" title="The logit (difference) with it">Logits</th>
                </tr>
              </thead>
              <tbody>
                ${known.slice(0, SHOWN).map(
                  (of, i) => html`<tr>
                    <td class="mono grey">${i + 1}</td>
                    <th scope="row">
                      <button type="button" aria-pressed=${of === selected ? 'true' : 'false'} @click=${() => tell(this, 'cell-select', of === selected ? null : [of.layer, of.row])}>
                        ${cellName({ site, head }, [of.layer, of.row], picture)}
                      </button>
                    </th>
                    <td class="mono">${cameBack(of, patching)}</td>
                    <td class="mono grey">${signed(of.logit)}</td>
                  </tr>`,
                )}
              </tbody>
            </table>
            <patch-downloads .grid=${this.grid} .head=${head} .patches=${patches} .cells=${this.#cells}></patch-downloads>`
        : nothing}
    `;
  }

  static override styles = [
    base,
    parts,
    css`
      :host {
        align-content: start;
        gap: 8px;
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: 8px;
      }
      /* What comes moves nothing. */
      .line {
        min-height: 60px;
      }
      [aria-pressed='true'] {
        color: var(--ink);
        font-weight: 600;
      }
      th button {
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
    `,
  ];
}
