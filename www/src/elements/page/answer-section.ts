import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isStepping } from '../../state/model';
import { corruptedOf } from '../../state/presets';
import { unitsOf, type Alone } from '../../state/slides';
import { TABS, type Tab } from '../../state/what-if';
import type { Stores } from '../../stores/stores';
import { outsideOnly } from '../../words/effects';
import { TAB_NAMES } from '../../words/tabs';
import { lensOutside } from '../../words/lens';
import { NOT_FETCHED, waitsFor } from '../../words/waiting';
import '../answer/answer-charts';
import '../answer/answer-panel';
import '../answer/cancelling-note';
import '../answer/path-trail';
import { tell, type Telling } from '../events';
import { base, unseen } from '../styles';
import { Watch } from '../watch';
import { citedNow } from './cited';
import './printed-line';

/** What the page opens with has so many heads in a layer: the charts' place is as high as they will be. */
const BUNDLED_HEADS = 8;

/** The answer: the way in, the three charts, and the selected part in numbers; or when it was known; or what would be if a part were not there. */
@customElement('answer-section')
export class AnswerSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** The one chart that is shown of it, if that is to be seen by many. */
  @property({ reflect: true }) alone?: Alone;
  // What is hovered concerns the charts alone, which watch it themselves.
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, view, part, readout, cancelling, heads, effects, reaction } = this.stores;
    return [theme, models, question, answer, view, part, readout, cancelling, heads, effects, reaction];
  });

  /** What the other tabs show comes after the first answer (`main.ts`), or with the first of them. */
  @state() private hasOthers = false;
  #others?: Promise<unknown>;

  protected override willUpdate(): void {
    const { models, view } = this.stores;
    if (view.state.tab === 'who') return;
    this.#others ??= import('./other-tabs').then(
      () => (this.hasOthers = true),
      () => models.tell(NOT_FETCHED),
    );
  }

  /** Arrows go from tab to tab, as in every list of tabs. */
  #walk(event: KeyboardEvent): void {
    const { tab } = this.stores.view.state;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? tab;
    this.stores.view.showTab(to);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${to}`)?.focus();
  }

  #tabs(chosen: Tab) {
    const { question, answer, view, cancelling } = this.stores;
    const { picture, pairs } = cancelling.state;
    const alone = chosen === 'what-if' && view.state.whatIf.corrupted === null;
    return html`<div class="tabs">
      <div role="tablist" aria-label="What is asked" @keydown=${this.#walk}>
        ${TABS.map(
          (tab) => html`<button
            type="button"
            role="tab"
            id="tab-${tab}"
            aria-controls="panel"
            aria-selected=${tab === chosen ? 'true' : 'false'}
            tabindex=${tab === chosen ? 0 : -1}
            @click=${() => view.showTab(tab)}
          >${TAB_NAMES[tab][0]}<span class="rest">${TAB_NAMES[tab][1]}</span></button>`,
        )}
      </div>
      ${alone
        ? html`<button type="button" @click=${() => view.suppose({ corrupted: corruptedOf(question.state.prompt) })}>⊕ compare with another sentence</button>`
        : nothing}
      ${chosen === 'who' && picture === answer.state.picture ? html`<cancelling-note .pairs=${pairs}></cancelling-note>` : nothing}
    </div>`;
  }

  #charts(busy: boolean, stale: boolean) {
    const { theme, models, question, answer, view, hover, effects } = this.stores;
    const { picture, problems } = answer.state;
    const { selected, tab } = view.state;
    const shown = {
      heads: models.state.model?.config.n_head ?? picture?.heads ?? BUNDLED_HEADS,
      instead: waitsFor(models.state, question.state, problems),
    };
    // Along a way in there is nothing that could be lost.
    if (tab === 'what-if' && !picture?.trail.length) {
      return html`<div class="what-if">
        <removal-bar
          .whatIf=${view.state.whatIf}
          .picture=${picture}
          .losses=${effects.state}
          @what-if-choose=${({ detail }: Telling<'what-if-choose'>) => view.suppose(detail)}
          @work-stop=${() => effects.stop()}
          @work-again=${() => effects.again()}
        ></removal-bar>
        <what-if-charts
          .hover=${hover}
          .picture=${picture}
          .losses=${effects.state}
          .alone=${this.alone}
          .selected=${selected}
          .theme=${theme.state.theme}
          .heads=${shown.heads}
          .busy=${busy}
          .stale=${stale}
          .instead=${shown.instead}
        ></what-if-charts>
      </div>`;
    }
    return html`<answer-charts
      .hover=${hover}
      .picture=${picture}
      .units=${unitsOf(this.alone)}
      .selected=${selected}
      .theme=${theme.state.theme}
      .heads=${shown.heads}
      .busy=${busy}
      .stale=${stale}
      .instead=${shown.instead}
    ></answer-charts>`;
  }

  /** What has a layout of its own: when it was known, two sentences, or many. */
  #section(inside: boolean, busy: boolean, stale: boolean) {
    const { stores, alone } = this;
    const { tab, whatIf } = stores.view.state;
    if (tab !== 'who' && !this.hasOthers) return nothing;
    if (tab === 'always') return html`<set-section .stores=${stores} .alone=${alone}></set-section>`;
    if (inside) return undefined;
    if (tab === 'when') return html`<lens-section .stores=${stores} .alone=${alone} .busy=${busy} .stale=${stale}></lens-section>`;
    if (tab === 'what-if' && whatIf.corrupted !== null) return html`<patch-section .stores=${stores} .alone=${alone} .stale=${stale}></patch-section>`;
    return undefined;
  }

  protected override render() {
    const { theme, models, answer, view, hover, part, readout, heads, effects, reaction } = this.stores;
    const { picture, pending, problems } = answer.state;
    const { unit, selected, tab } = view.state;
    const { foretold } = answer;
    const { model, loading } = models.state;
    const busy = pending || isStepping(models.state) || Boolean(loading && !model);
    const stale = !foretold && (busy || !answer.answered);
    const inside = Boolean(picture?.trail.length);
    const section = this.#section(inside, busy, stale);
    return html`<section
      aria-label="The answer"
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => view.select(detail)}
      @tab-choose=${({ detail }: Telling<'tab-choose'>) => view.showTab(detail)}
      @prediction-choose=${({ detail }: Telling<'prediction-choose'>) => answer.choose(detail.field, detail.prediction)}
      @unit-choose=${({ detail }: Telling<'unit-choose'>) => view.showUnit(detail)}
    >
      ${this.alone ? nothing : this.#tabs(tab)}
      <div class="panel" id="panel" role=${this.alone ? nothing : 'tabpanel'} aria-labelledby=${this.alone ? nothing : `tab-${tab}`}>
        ${picture && inside && tab !== 'always' ? html`<path-trail ?wraps=${this.alone} .picture=${picture}></path-trail>` : nothing}
        ${picture && inside && (tab === 'when' || tab === 'what-if')
          ? html`<p class="outside small">
              ${tab === 'when' ? lensOutside(picture) : outsideOnly(picture)}
              <button type="button" @click=${() => tell(this, 'go-out', 0)}>Back to the whole question</button>
            </p>`
          : nothing}
        ${section ??
        html`${this.#charts(busy, stale)}
          <answer-panel
            ?hidden=${this.alone}
            ?inert=${Object.values(problems).some(Boolean)}
            .picture=${picture}
            .unit=${unit}
            .selected=${selected}
            .taken=${part.state}
            .spoken=${readout.state}
            .scores=${heads.state.scores}
            .losses=${effects.state}
            .reacted=${reaction.state}
            .whatIf=${tab === 'what-if' && !inside}
            .theme=${theme.state.theme}
            .stale=${Boolean(picture) && stale}
          ></answer-panel>`}
      </div>
      <printed-line .cite=${() => citedNow(this.stores)}></printed-line>
    </section>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
      }
      section {
        display: grid;
        grid-template-rows: auto 1fr;
        gap: 8px;
      }
      .tabs {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        border-bottom: 1px solid var(--hairline);
      }
      [role='tab'] {
        border-radius: 0;
        color: var(--grey);
        font-size: var(--body);
      }
      [role='tab'][aria-selected='true'] {
        border-bottom: 2px solid var(--accent);
        color: var(--ink);
      }
      @media (forced-colors: active) {
        [role='tab'][aria-selected='true'] {
          outline: 2px solid Highlight;
          outline-offset: -3px;
        }
      }
      .panel {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 368px;
        gap: 24px;
      }
      path-trail,
      lens-section,
      patch-section,
      set-section,
      .outside {
        grid-column: 1 / -1;
      }
      .panel:has(path-trail) {
        grid-template-rows: auto 1fr;
        row-gap: 8px;
      }
      .panel:has(.outside) {
        grid-template-rows: auto auto 1fr;
      }
      .what-if {
        display: grid;
        grid-template-rows: auto 1fr;
        gap: 4px;
        min-width: 0;
      }
      @media print {
        .tabs {
          display: none;
        }
        :host,
        section,
        .panel {
          display: block;
        }
      }
      @media (max-width: 720px) {
        /* A line more would move the charts off the first screen. */
        [role='tab'] {
          padding: 0 6px;
        }
        .rest {
          ${unseen}
        }
      }
      @media (max-width: 359px) {
        [role='tab'] {
          padding: 0 3px;
        }
      }
      @media (max-width: 1023px) {
        .panel {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      :host([alone]) section {
        grid-template-rows: minmax(0, 1fr);
      }
      :host([alone]) .panel {
        grid-template-columns: minmax(0, 1fr);
        min-height: 0;
      }
      :host([alone]) removal-bar {
        display: none;
      }
      :host([alone]) .what-if {
        grid-template-rows: minmax(0, 1fr);
      }
    `,
  ];
}
