import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { droppedFiles } from '../../api/logitscope';
import { isStepping } from '../../state/model';
import type { Stores } from '../../stores/stores';
import '../answer/answer-charts';
import '../answer/answer-panel';
import '../answer/path-trail';
import '../ask/prediction-list';
import '../ask/prompt-editor';
import '../ask/question-line';
import '../ask/token-strip';
import type { Telling } from '../events';
import '../model/model-failure';
import '../model/model-menu';
import '../model/model-offer';
import '../model/model-progress';
import '../model/training-steps';
import { parseStep } from '../../state/trail';
import { asked } from '../../words/explain';
import { sentence } from '../../words/format';
import { base } from '../styles';
import { Watch } from '../watch';
import './copy-link';
import './embed-view';
import './help-section';
import './theme-switch';

/** What the page opens with has so many heads in a layer: the charts' place is as high as they will be. */
const BUNDLED_HEADS = 8;

const small = matchMedia('(max-width: 720px), (max-height: 600px)');

/**
 * The whole page: a sentence, a question, and the charts that answer it. It gives the stores' state to the elements as their
 * properties, and what the elements tell to the stores.
 */
@customElement('logitscope-page')
export class Page extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  @state() private dropping = false;
  /** Whether there is so little room that the question is put on one line, for a chart to be on the first screen. */
  @state() private folds = small.matches;
  /** Whether the reader wants to see all of it all the same. */
  @state() private unfolded = false;
  // What is hovered concerns the charts alone, which watch it themselves.
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, generation, view, part } = this.stores;
    return [theme, models, question, answer, generation, view, part];
  });

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#dragOver);
    window.addEventListener('dragleave', this.#dragLeave);
    window.addEventListener('drop', this.#drop);
    window.addEventListener('keydown', this.#escape, { capture: true });
    small.addEventListener('change', this.#resized);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', this.#dragOver);
    window.removeEventListener('dragleave', this.#dragLeave);
    window.removeEventListener('drop', this.#drop);
    window.removeEventListener('keydown', this.#escape, { capture: true });
    small.removeEventListener('change', this.#resized);
  }

  readonly #resized = () => (this.folds = small.matches);

  /** The tab says what is shown. */
  protected override updated(): void {
    const { picture } = this.stores.answer.state;
    document.title = picture ? `${asked(picture)} · Logitscope` : 'Logitscope';
  }

  readonly #dragOver = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  };

  readonly #dragLeave = (event: DragEvent) => {
    if (event.relatedTarget === null) this.dropping = false;
  };

  readonly #drop = async (event: DragEvent) => {
    this.dropping = false;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const { models } = this.stores;
    try {
      models.openFiles(await droppedFiles(event.dataTransfer));
    } catch (error) {
      models.tell(sentence(error));
    }
  };

  #goIn(step: string): void {
    this.stores.view.select(null);
    this.stores.question.go(step);
  }

  /** What was gone into is selected again. */
  #goOut(level: number): void {
    const { question, view } = this.stores;
    const left = parseStep(question.state.trail[level] ?? '');
    question.go(level);
    view.select(left && 'head' in left ? left.head : null);
  }

  /** Escape leaves what is selected, and then goes out by a level. */
  readonly #escape = (event: KeyboardEvent) => {
    const { question, view } = this.stores;
    const level = question.state.trail.length - 1;
    const typing = event.composedPath().some((target) => target instanceof Element && target.matches('input, textarea, select, dialog, [popover]'));
    if (event.key !== 'Escape' || typing) return;
    if (view.state.selected !== null) view.select(null);
    else if (level >= 0) this.#goOut(level);
    else return;
    event.preventDefault();
  };

  #help(): void {
    const help = this.renderRoot.querySelector<HTMLElement>('help-section');
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    help?.scrollIntoView({ behavior: still ? 'auto' : 'smooth' });
    help?.focus({ preventScroll: true });
  }

  /** What stands in the charts' place. */
  #instead(): string {
    const { loading, failure, model } = this.stores.models.state;
    const { prompt } = this.stores.question.state;
    if (loading) return 'The charts appear here when the model is loaded.';
    if (failure) return 'Without a model there is nothing to explain. Choose another above, or try again.';
    if (this.stores.answer.state.problems.prompt || prompt.trim() === '') {
      return 'Type a sentence above: the charts show which parts of the model push for the next word.';
    }
    return model ? 'Running the model.' : '';
  }

  #header() {
    const { theme, models, address } = this.stores;
    const { model, loading, kept } = models.state;
    // Steps of the training are told where they are chosen: nothing on the page moves for them.
    const told = isStepping(models.state) ? undefined : loading;
    return html`<header>
      <h1>Logitscope</h1>
      <model-menu
        .model=${model}
        .wanted=${loading?.source}
        .kept=${kept}
        @kept-list=${() => models.listKept()}
        @kept-delete=${({ detail }: Telling<'kept-delete'>) => models.deleteKept(detail)}
        @files-open=${({ detail }: Telling<'files-open'>) => models.openFiles(detail)}
      ></model-menu>
      <model-progress ?data-idle=${!told} .loading=${told} @loading-cancel=${() => models.cancelLoading()}></model-progress>
      <copy-link @link-copy=${() => address.keep()}></copy-link>
      <theme-switch .choice=${theme.state.choice} @theme-choose=${({ detail }: Telling<'theme-choose'>) => theme.choose(detail)}></theme-switch>
      <button type="button" @click=${() => this.#help()}>Help</button>
    </header>`;
  }

  #ask() {
    const { models, question, answer, generation, view, hover } = this.stores;
    const { model, loading, failure, training, notice } = models.state;
    const { tokens, predictions, picture, problems, hints, pending } = answer.state;
    const folded = this.folds && !this.unfolded;
    return html`<section
      class="ask"
      ?data-folded=${folded}
      ?data-head=${view.state.selected?.includes('H')}
      aria-label="The question"
      @question-fold=${({ detail }: Telling<'question-fold'>) => (this.unfolded = !detail)}
      @question-ask=${({ detail }: Telling<'question-ask'>) => question.ask(detail)}
      @question-type=${({ detail }: Telling<'question-type'>) => question.type(detail)}
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => {
        if (question.state.trail.length) question.go(0);
        view.select(detail);
      }}
    >
      <prompt-editor
        .question=${question.state}
        .problem=${problems.prompt}
        .model=${model}
        .folded=${folded}
        @prompt-type=${({ detail }: Telling<'prompt-type'>) => question.typePrompt(detail)}
        @bos-switch=${({ detail }: Telling<'bos-switch'>) => question.setBos(detail)}
        @preset-choose=${({ detail }: Telling<'preset-choose'>) => {
          question.show(detail);
          view.select(null);
        }}
        @generate-start=${({ detail }: Telling<'generate-start'>) => generation.start(detail)}
      ></prompt-editor>
      <token-strip
        .tokens=${tokens}
        .question=${question.state}
        .hover=${hover}
        .picture=${picture?.tokens === tokens && !pending ? picture : undefined}
        .selected=${view.state.selected}
        .theme=${this.stores.theme.state.theme}
        .fewWords=${model?.source.kind === 'bundled'}
        .generating=${generation.state.running}
        .problem=${problems.position ?? generation.state.problem}
        .line=${folded}
        @token-choose=${({ detail }: Telling<'token-choose'>) => answer.chooseToken(detail)}
        @generate-stop=${() => generation.stop()}
        @generate-clear=${() => generation.clear()}
      ></token-strip>
      <question-line
        .question=${question.state}
        .problems=${problems}
        .hints=${hints}
        .likeliest=${predictions[0]}
        .picture=${picture}
        .stale=${pending || !answer.answered}
        .source=${model?.source ?? loading?.source ?? failure?.source}
        .folds=${this.folds}
        .folded=${folded}
      ></question-line>
      <prediction-list
        .predictions=${predictions}
        .preceding=${tokens.slice(0, (question.state.position ?? tokens.length - 1) + 1)}
        .answer=${picture?.answer.id}
        .incorrect=${picture?.incorrect?.id}
        @prediction-choose=${({ detail }: Telling<'prediction-choose'>) => answer.choose(detail.field, detail.prediction)}
      ></prediction-list>
      <training-steps
        .training=${training}
        .source=${model?.source ?? loading?.source ?? failure?.source}
        .loading=${loading}
        .question=${question.state}
        .theme=${this.stores.theme.state.theme}
        @checkpoint-choose=${({ detail }: Telling<'checkpoint-choose'>) => models.goTo(detail)}
      ></training-steps>
      ${notice
        ? html`<p class="notice small" role="status">${notice} <button type="button" @click=${() => models.dismiss()}>Dismiss</button></p>`
        : nothing}
    </section>`;
  }

  #answer() {
    const { theme, models, answer, view, hover, part } = this.stores;
    const { model } = models.state;
    const { picture, pending, problems } = answer.state;
    const { unit, selected } = view.state;
    const busy = pending || isStepping(models.state);
    return html`<section
      class="answer"
      aria-label="The answer"
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => view.select(detail)}
      @unit-choose=${({ detail }: Telling<'unit-choose'>) => view.showUnit(detail)}
      @go-in=${({ detail }: Telling<'go-in'>) => this.#goIn(detail)}
      @go-out=${({ detail }: Telling<'go-out'>) => this.#goOut(detail)}
    >
      ${picture?.trail.length ? html`<path-trail .picture=${picture}></path-trail>` : nothing}
      <answer-charts
        .hover=${hover}
        .picture=${picture}
        .selected=${selected}
        .theme=${theme.state.theme}
        .heads=${model?.config.n_head ?? picture?.heads ?? BUNDLED_HEADS}
        .busy=${busy}
        .stale=${busy || !model || !answer.answered}
        .instead=${this.#instead()}
      ></answer-charts>
      <answer-panel ?inert=${Object.values(problems).some(Boolean)} .picture=${picture} .unit=${unit} .selected=${selected} .taken=${part.state} .theme=${theme.state.theme} .stale=${Boolean(picture) && (busy || !model || !answer.answered)}></answer-panel>
    </section>`;
  }

  #embed() {
    const { theme, answer, view, hover, address } = this.stores;
    const { picture } = answer.state;
    const { unit, selected } = view.state;
    return html`<embed-view
      .hover=${hover}
      .picture=${picture}
      .unit=${unit}
      .selected=${selected}
      .theme=${theme.state.theme}
      .href=${address.whole}
      .instead=${this.#instead()}
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => view.select(detail)}
    ></embed-view>`;
  }

  protected override render() {
    const { models } = this.stores;
    const { model, failure, offer } = models.state;
    if (this.stores.view.state.embed) return this.#embed();
    const open = ({ detail }: Telling<'model-open'>) => models.choose(detail);
    return html`
      <div class="screen" ?data-folded=${this.folds && !this.unfolded} @model-open=${open}>
        ${this.#header()}
        <model-failure .failure=${failure} .used=${model?.source} @failure-dismiss=${() => models.dismiss()}></model-failure>
        <model-offer .offer=${offer} .used=${model?.source} @offer-refuse=${() => models.refuse()}></model-offer>
        <main>${this.#ask()} ${this.#answer()}</main>
      </div>
      <help-section tabindex="-1"></help-section>
      <div class="drop" ?hidden=${!this.dropping}>
        <p>Drop a model’s folder, or its files: config.json, its weights and its tokenizer.</p>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      .screen {
        display: flex;
        flex-direction: column;
        min-height: 100dvh;
        padding: 0 24px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 48px;
        margin: 0 -24px;
        padding: 0 24px;
        border-bottom: 1px solid var(--hairline);
      }
      h1 {
        margin: 0 8px 0 0;
        font-size: var(--body);
        font-weight: 600;
      }
      main {
        flex: 1;
        display: flex;
        flex-direction: column;
        gap: 8px;
        padding: 8px 0 16px;
      }
      .ask {
        display: grid;
        gap: 6px;
      }
      .answer {
        flex: 1;
        display: grid;
        grid-template-columns: minmax(0, 1fr) 368px;
        gap: 24px;
        padding-top: 8px;
        border-top: 1px solid var(--hairline);
      }
      .notice {
        padding-left: 56px;
      }
      path-trail {
        grid-column: 1 / -1;
      }
      .answer:has(path-trail) {
        grid-template-rows: auto 1fr;
        row-gap: 8px;
      }
      .ask[data-folded] :is(prediction-list, training-steps),
      .ask[data-folded]:not([data-head]) token-strip {
        display: none;
      }
      help-section:focus {
        outline: none;
      }
      .drop {
        position: fixed;
        inset: 8px;
        display: grid;
        place-items: center;
        border: 2px dashed var(--accent);
        border-radius: 8px;
        background: color-mix(in srgb, var(--ground) 92%, transparent);
        font-size: var(--large);
        pointer-events: none;
      }
      @media print {
        header > :not(h1, model-menu),
        training-steps,
        prediction-list,
        help-section {
          display: none;
        }
        .screen {
          min-height: 0;
          padding: 0;
        }
        .answer {
          display: block;
        }
      }
      @media (max-width: 1023px) {
        .answer {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 720px) {
        .screen {
          padding: 0 16px;
        }
        header {
          flex-wrap: wrap;
          gap: 0 8px;
          margin: 0 -16px;
          padding: 0 8px 0 16px;
        }
        h1 {
          flex: 1;
        }
        model-progress[data-idle] {
          display: none;
        }
        /* It comes and goes, and moves nothing. */
        model-progress {
          position: fixed;
          inset: auto 0 0;
          z-index: 1;
          padding: 4px 16px;
          border-top: 1px solid var(--hairline);
          background: var(--ground);
        }
        model-menu {
          order: 1;
          flex-basis: 100%;
          margin-left: -8px;
        }
        [data-folded] > header :is(copy-link, theme-switch, button) {
          display: none;
        }
        [data-folded] > header model-menu {
          order: 0;
          flex: none;
          margin: 0;
        }
        .notice {
          padding-left: 0;
        }
      }
    `,
  ];
}
