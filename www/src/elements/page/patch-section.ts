import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Stores } from '../../stores/stores';
import { patchedName } from '../../words/patching';
import { outermost } from '../../words/trail';
import { waitsFor } from '../../words/waiting';
import '../answer/answer-charts';
import '../answer/answer-panel';
import type { Telling } from '../events';
import { base } from '../styles';
import { Watch } from '../watch';
import '../what-if/patch-view';

/** What the second sentence says with what the first one has; gone into, who writes that. */
@customElement('patch-section')
export class PatchSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** Whether the picture does not answer the current question. */
  @property({ type: Boolean }) stale = false;
  readonly watch = new Watch(this, () => {
    const { theme, models, view, patching, patched } = this.stores;
    return [theme, models, view, patching, patched];
  });

  #patches() {
    const { theme, models, question, answer, view, patching, patched } = this.stores;
    return html`<patch-view
      .patches=${patching.state}
      .site=${view.state.whatIf.site}
      .theme=${theme.state.theme}
      .instead=${waitsFor(models.state, question.state, answer.state.problems)}
      .stale=${this.stale}
      @what-if-choose=${({ detail }: Telling<'what-if-choose'>) => view.suppose(detail)}
      @cell-select=${({ detail }: Telling<'cell-select'>) => patching.select(detail)}
      @cell-go-in=${({ detail }: Telling<'cell-go-in'>) => patched.goIn(detail)}
      @work-stop=${() => patching.stop()}
      @work-again=${() => patching.again()}
    ></patch-view>`;
  }

  protected override render() {
    const { theme, models, view, hover, patching, patched } = this.stores;
    const { cell, picture, problem } = patched.state;
    const clean = patching.state.picture;
    if (!cell || !clean || (!picture && !problem)) return this.#patches();
    const { unit, selected } = view.state;
    return html`
      <nav aria-label="The way in">
        <button type="button" title="One step back (Esc)" @click=${() => patched.goOut()}>← Back</button>
        <button type="button" class="out" @click=${() => patched.goOut()}>${outermost(clean)}</button>
        <span class="grey" aria-hidden="true">‹</span>
        <strong aria-current="step">${patchedName(patching.state.site, cell, clean)}</strong>
      </nav>
      ${problem ? html`<p class="wrong small" role="alert">${problem}</p>` : nothing}
      <answer-charts
        .hover=${hover}
        .picture=${picture}
        .selected=${selected}
        .theme=${theme.state.theme}
        .heads=${models.state.model?.config.n_head ?? clean.heads}
        .stale=${this.stale}
      ></answer-charts>
      <answer-panel .picture=${picture} .unit=${unit} .selected=${selected} .theme=${theme.state.theme} .stale=${this.stale}></answer-panel>
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
      patch-view {
        grid-column: 1 / -1;
      }
      patch-view {
        grid-row: 1 / -1;
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
    `,
  ];
}
