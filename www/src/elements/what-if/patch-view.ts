import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { PatchGrid, type PatchCell } from '../../api/logitscope';
import { aligned, type Patches } from '../../state/patching';
import type { Cell } from '../../state/what-if';
import { cellLine, UNALIKE } from '../../words/patching';
import { subjectOf } from '../../words/trail';
import { base } from '../styles';
import { ANY } from './cells';
import './patch-figure';
import './patch-panel';

/** What the second sentence says with each activation of the first one: as a heatmap, and the strongest in numbers. */
@customElement('patch-view')
export class PatchView extends LitElement {
  @property({ attribute: false }) patches!: Patches;
  /** Of heads by token, which head of each layer. */
  @property({ type: Number }) head = 0;
  /** The selected activation. */
  @property({ attribute: false }) cell: Cell | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  /** What is said in place of a picture. */
  @property() instead = '';
  /** Whether the picture does not answer the current question. */
  @property({ type: Boolean }) stale = false;
  /** The picture alone, as high as there is room, and what a cell of it means. */
  @property({ type: Boolean, reflect: true }) alone = false;
  /** In the memory of the module that draws it. */
  @state() private grid?: PatchGrid;
  /** What is drawn: what was known before stays until something is known of what is asked now. */
  @state() private shown?: Patches;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { picture, tokens, patching, problem } = this.patches;
    const unequal = tokens && !aligned(this.patches);
    if (!changed.has('patches') && this.grid) return;
    const waits = !patching && !problem && !unequal && this.shown;
    if (waits) return;
    const same = this.shown?.picture === picture && this.shown?.patching === patching && this.shown?.tokens === tokens;
    this.shown = this.patches;
    if (this.grid && same) return;
    this.grid?.free();
    const texts = (of: readonly { text: string }[]) => of.map(({ text }) => text);
    this.grid = picture && tokens && patching && this.isConnected ? new PatchGrid(patching, texts(picture.tokens), texts(tokens), subjectOf(picture)) : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.grid?.free();
    this.grid = undefined;
  }

  #line(grid: PatchGrid | undefined, at: Cell | null, { patching, ...of }: Patches) {
    const cell = at && grid?.cell({ ...ANY, head: this.head }, ...at);
    return html`<p class="said" role="status">${cell && patching ? cellLine(cell, patching, of, this.head) : '0 is what the second sentence says, 1 the first.'}</p>`;
  }

  protected override render() {
    const { patches, head, theme, grid, shown = patches } = this;
    const { tokens, problem } = patches;
    const { patching } = shown;
    const stale = this.stale || shown !== patches;
    const instead = problem || (tokens && !aligned(patches)) ? UNALIKE : this.instead;
    const cell = this.cell && grid?.cell({ ...ANY, head }, ...this.cell) ? this.cell : null;
    return html`
      <div class="figure" ?data-stale=${stale && grid}>
        ${grid && patching
          ? html`<patch-figure .grid=${grid} .head=${head} .theme=${theme} .selected=${cell} .say=${(of: PatchCell) => cellLine(of, patching, shown, head)}></patch-figure>`
          : html`<p class="grey empty">${instead}</p>`}
      </div>
      ${this.alone ? this.#line(grid, cell, shown) : nothing}
      <patch-panel ?hidden=${this.alone} .grid=${grid} .head=${head} .cell=${cell} .patches=${shown}></patch-panel>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template: minmax(320px, 1fr) / minmax(0, 1fr) 368px;
        gap: 8px 24px;
        min-width: 0;
      }
      .figure {
        display: grid;
        min-width: 0;
        transition: opacity 100ms linear;
      }
      .figure[data-stale] {
        opacity: 0.45;
        transition-delay: 150ms;
      }
      .empty {
        place-self: center;
      }
      :host([alone]) {
        grid-template: minmax(0, 1fr) auto / minmax(0, 1fr) !important;
      }
      .said {
        min-height: 1lh;
      }
      @media (max-width: 1023px) {
        :host {
          grid-template: clamp(300px, 52dvh, 420px) auto / minmax(0, 1fr);
        }
      }
    `,
  ];
}
