import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { PatchGrid, type PatchCell } from '../../api/logitscope';
import type { Patches } from '../../state/patching';
import { SITES, type Site } from '../../state/what-if';
import { workName } from '../../words/effects';
import { cellLine, SITE_NAMES, SITE_NOTES } from '../../words/patching';
import { subjectOf } from '../../words/trail';
import { tell } from '../events';
import { base, choices } from '../styles';
import './patch-figure';
import './patch-panel';

/** What the second sentence says with each activation of the first one: as a heatmap, and the strongest in numbers. */
@customElement('patch-view')
export class PatchView extends LitElement {
  @property({ attribute: false }) patches!: Patches;
  /** Which activations are put in. */
  @property() site: Site = SITES[0];
  @property() theme: 'light' | 'dark' = 'light';
  /** What is said in place of a picture. */
  @property() instead = '';
  /** Whether the picture does not answer the current question. */
  @property({ type: Boolean }) stale = false;
  /** In the memory of the module that draws it. */
  @state() private grid?: PatchGrid;
  /** What is drawn: what was known before stays until something is known of what is asked now. */
  @state() private shown?: Patches;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { picture, tokens, patching, problem } = this.patches;
    const unequal = tokens && picture && tokens.length !== picture.tokens.length;
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

  #work() {
    const { work, stopped, problem } = this.patches;
    if (stopped || problem) return html`<button type="button" @click=${() => tell(this, 'work-again')}>${stopped ? 'Go on' : 'Try again'}</button>`;
    if (!work) return nothing;
    return html`<progress max="1" value=${work.share} aria-label="Activations put in"></progress>
      <span class="mono grey">${workName(work)}</span>
      <button type="button" @click=${() => tell(this, 'work-stop')}>Stop</button>`;
  }

  protected override render() {
    const { patches, site, theme, grid, shown = patches } = this;
    const { tokens, picture, problem } = patches;
    const { patching, cell } = shown;
    const stale = this.stale || shown !== patches;
    const unequal = tokens && picture && tokens.length !== picture.tokens.length;
    const instead = problem || unequal ? 'The two sentences cannot be compared yet: see above.' : this.instead;
    return html`
      <div class="bar small">
        <span>From the first sentence into the second:</span>
        <span role="group" aria-label="What is put in">
          ${SITES.map(
            (each) => html`<button
              type="button"
              title=${SITE_NOTES[each]}
              aria-pressed=${each === site ? 'true' : 'false'}
              @click=${() => each === site || tell(this, 'what-if-choose', { site: each })}
            >${SITE_NAMES[each]}</button>`,
          )}
        </span>
        <span class="work">${this.#work()}</span>
      </div>
      <div class="figure" ?data-stale=${stale && grid}>
        ${grid && patching
          ? html`<patch-figure .grid=${grid} .theme=${theme} .selected=${cell} .say=${(of: PatchCell) => cellLine(of, patching, shown)}></patch-figure>`
          : html`<p class="grey empty">${instead}</p>`}
      </div>
      <patch-panel .grid=${grid} .patches=${shown}></patch-panel>
    `;
  }

  static override styles = [
    base,
    choices,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(320px, 1fr) / minmax(0, 1fr) 368px;
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
      patch-panel {
        grid-area: 1 / 2 / -1 / -1;
      }
      @media (max-width: 1023px) {
        :host {
          grid-template: auto 420px auto / minmax(0, 1fr);
        }
        patch-panel {
          grid-area: auto;
        }
      }
    `,
  ];
}
