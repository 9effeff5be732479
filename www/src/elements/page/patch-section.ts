import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { aligned } from '../../state/patching';
import { unitsOf, type Alone } from '../../state/slides';
import type { Stores } from '../../stores/stores';
import { patchedName, UNALIKE } from '../../words/patching';
import { outermost } from '../../words/trail';
import { waitsFor } from '../../words/waiting';
import '../answer/answer-charts';
import '../answer/answer-panel';
import type { Telling } from '../events';
import { base } from '../styles';
import { Watch } from '../watch';
import '../what-if/compared-view';
import '../what-if/patch-view';
import '../what-if/site-bar';

/** What the second sentence says with what the first one has; gone into, who writes that. */
@customElement('patch-section')
export class PatchSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** The one chart that is shown of it, if that is to be seen by many. */
  @property({ reflect: true }) alone?: Alone;
  /** Whether the picture does not answer the current question. */
  @property({ type: Boolean }) stale = false;
  readonly watch = new Watch(this, () => {
    const { theme, models, view, patching, patched, compared } = this.stores;
    return [theme, models, view, patching, patched, compared];
  });

  get #heads(): number {
    return this.stores.models.state.model?.config.n_head ?? this.stores.patching.state.picture?.heads ?? 1;
  }

  /** Both sentences as they are. */
  #compared(instead: string) {
    const { theme, view, hover, patching, compared } = this.stores;
    const { tokens, problem } = patching.state;
    const unalike = problem || (tokens && !aligned(patching.state)) ? UNALIKE : compared.state.sides ? '' : instead;
    return html`<compared-view
      .hover=${hover}
      .compared=${compared.state}
      .unit=${view.state.unit}
      .alone=${this.alone}
      .selected=${view.state.selected}
      .theme=${theme.state.theme}
      .heads=${this.#heads}
      .instead=${unalike}
      .stale=${this.stale}
    ></compared-view>`;
  }

  #patches(instead: string) {
    const { theme, view, patching } = this.stores;
    const { head, cell } = view.state.whatIf;
    return html`<patch-view
      .patches=${patching.state}
      ?alone=${this.alone}
      .head=${Math.min(head, this.#heads - 1)}
      .cell=${cell}
      .theme=${theme.state.theme}
      .instead=${instead}
      .stale=${this.stale}
      @cell-select=${({ detail }: Telling<'cell-select'>) => view.selectCell(detail)}
      @cell-go-in=${({ detail }: Telling<'cell-go-in'>) => view.suppose({ cell: detail, inside: true })}
    ></patch-view>`;
  }

  #both() {
    const { models, question, answer, view, patching } = this.stores;
    const { site, head } = view.state.whatIf;
    const instead = waitsFor(models.state, question.state, answer.state.problems);
    return html`
      <site-bar
        .site=${site}
        .head=${head}
        .heads=${this.#heads}
        .patches=${patching.state}
        @what-if-choose=${({ detail }: Telling<'what-if-choose'>) => view.suppose(detail)}
        @work-stop=${() => patching.stop()}
        @work-again=${() => patching.again()}
      ></site-bar>
      ${site === 'parts' ? this.#compared(instead) : this.#patches(instead)}
    `;
  }

  protected override render() {
    const { theme, view, hover, patching, patched } = this.stores;
    const { cell, picture, problem } = patched.state;
    const { picture: clean, site } = patching.state;
    if (!cell || !clean || (!picture && !problem)) return this.#both();
    const { unit, selected, whatIf } = view.state;
    const out = () => view.suppose({ inside: false });
    return html`
      <nav aria-label="The way in">
        <button type="button" title="One step back (Esc)" @click=${out}>← Back</button>
        <button type="button" class="out" @click=${out}>${outermost(clean)}</button>
        <span class="grey" aria-hidden="true">‹</span>
        <strong aria-current="step">${patchedName({ site, head: whatIf.head }, cell, clean)}</strong>
      </nav>
      ${problem ? html`<p class="wrong small" role="alert">${problem}</p>` : nothing}
      <answer-charts .hover=${hover} .picture=${picture} .units=${unitsOf(this.alone)} .selected=${selected} .theme=${theme.state.theme} .heads=${this.#heads} .stale=${this.stale}></answer-charts>
      <answer-panel ?hidden=${this.alone} .picture=${picture} .unit=${unit} .selected=${selected} .theme=${theme.state.theme} .stale=${this.stale}></answer-panel>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template: auto 1fr / minmax(0, 1fr) 368px;
        gap: 8px 24px;
        min-width: 0;
      }
      nav,
      .wrong,
      site-bar,
      compared-view,
      patch-view {
        grid-column: 1 / -1;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 4px;
      }
      .out {
        padding: 0 4px;
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      @media (max-width: 1023px) {
        :host {
          grid-template: auto 1fr / minmax(0, 1fr);
        }
      }
      :host([alone]) {
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
        row-gap: 0;
      }
      :host([alone]) site-bar {
        display: none;
      }
      :host([alone]) :is(compared-view, patch-view) {
        grid-row: 1 / -1;
      }
    `,
  ];
}
