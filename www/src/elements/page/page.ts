import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { droppedFiles } from '../../api/logitscope';
import '../../lessons/first-minute';
import type { FirstMinute } from '../../lessons/first-minute';
import '../../lessons/lesson-menu';
import type { Alone } from '../../state/slides';
import { parseStep } from '../../state/trail';
import { fillScreen } from '../../full-screen';
import type { Stores } from '../../stores/stores';
import { sentence } from '../../words/format';
import { asked } from '../../words/trail';
import { NOT_FETCHED, waitsFor } from '../../words/waiting';
import type { Telling, Told } from '../events';
import '../model/model-failure';
import '../model/model-offer';
import { base } from '../styles';
import { Watch } from '../watch';
import './answer-section';
import { bringAbove, bringTrail } from './bring';
import { Dropping } from './dropping';
import './ask-section';
import './embed-view';
import './help-section';
import './lesson-section';
import type { LessonSection } from './lesson-section';
import './page-header';
import type { PageHeader } from './page-header';
import type { PresentSection } from './present-section';

/** On paper there is room for all. */
const small = matchMedia('screen and (max-width: 720px), screen and (max-height: 600px)');

/** Where a lesson leaves as little, or so much less that not all of the question is shown. */
const smaller = matchMedia('screen and (max-height: 760px)');
const lower = matchMedia('screen and (max-height: 960px)');

/** The whole page: a sentence, a question, and the charts that answer it; or what of it stands in a frame. */
@customElement('logitscope-page')
export class Page extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  @query('lesson-section') private lessons!: LessonSection;
  @query('first-minute') private minute?: FirstMinute;
  @query('page-header') private header?: PageHeader;
  @query('.present') private present?: HTMLElement;
  @query('present-section') private slide?: PresentSection;
  /** What the first minute points at. */
  @state() private pointed: Told['minute-point'] = null;
  /** Whether it was presented when it was last rendered. */
  #presented = false;
  /** How far in the picture is, and where the page was scrolled to at each level that the reader left. */
  #level = 0;
  #left: number[] = [];
  /** Whether the reader wants to see all of it all the same. */
  @state() private unfolded = false;
  readonly dropping = new Dropping(this, (dropped) => void this.#take(dropped));
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, view, lesson, present } = this.stores;
    return [theme, models, question, answer, view, lesson, present];
  });

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#escape, { capture: true });
    window.addEventListener('keydown', this.#shortcut);
    for (const query of [small, smaller, lower]) query.addEventListener('change', this.#resized);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#escape, { capture: true });
    window.removeEventListener('keydown', this.#shortcut);
    for (const query of [small, smaller, lower]) query.removeEventListener('change', this.#resized);
  }

  readonly #resized = () => this.requestUpdate();

  get #inLesson(): boolean {
    return Boolean(this.stores.lesson.state.place);
  }

  /** Whether there is so little room that the question is put on one line, for a chart to be on the first screen. */
  get #folds(): boolean {
    return small.matches || (smaller.matches && this.#inLesson);
  }

  /** The tab says what is shown. */
  protected override updated(): void {
    const { picture } = this.stores.answer.state;
    document.title = picture ? `${asked(picture)} · Logitscope` : 'Logitscope';
    if (this.stores.lesson.state.place) this.minute?.leave();
    if (this.#presented && this.present) void this.header?.updateComplete.then(() => this.present?.focus({ preventScroll: true }));
    this.#presented = this.stores.present.state.on;
    this.#follow(picture?.trail.length ?? 0);
  }

  /** Going in begins with where that is, and going out ends where the reader was. */
  #follow(level: number): void {
    const before = this.#level;
    if (level === before) return;
    this.#level = level;
    const top = this.#left[Math.min(level, before)];
    this.#left.length = Math.min(this.#left.length, level);
    if (top !== undefined) requestAnimationFrame(() => (level > before ? bringTrail(this.renderRoot) : scrollTo({ top })));
  }

  /** A lesson, a set of prompts where those are asked, or a model. */
  async #take(dropped: DataTransfer): Promise<void> {
    const { models, view, set } = this.stores;
    if (view.state.embed) return;
    try {
      const files = await droppedFiles(dropped);
      const [file] = files;
      // A model has more files than one.
      const only = files.length === 1 ? file : undefined;
      if (only && (await this.stores.lesson.isOne(only))) void this.lessons.open(only);
      else if (only && view.state.tab === 'always') set.give(only, only.name);
      else models.openFiles(files);
    } catch (error) {
      models.tell(sentence(error));
    }
  }

  #goIn(step: string): void {
    this.#left[this.stores.question.state.trail.length] = scrollY;
    this.stores.view.select(null);
    this.stores.question.goIn(step);
  }

  /** What was gone into is selected again. */
  #goOut(level: number): void {
    const { question, view } = this.stores;
    const left = parseStep(question.state.trail[level] ?? '');
    question.goOut(level);
    view.select(left && 'head' in left ? left.head : null);
  }

  /** Escape leaves what is selected, goes out by a level, and then stops presenting. */
  readonly #escape = (event: KeyboardEvent) => {
    const { question, view, present } = this.stores;
    const level = question.state.trail.length - 1;
    const typing = event.composedPath().some((target) => target instanceof Element && target.matches('input, textarea, select, dialog, [popover]'));
    if (event.key !== 'Escape' || typing) return;
    if (view.state.selected !== null) view.select(null);
    else if (view.state.tab === 'when' && view.state.when.at) view.selectState(null);
    else if (view.state.tab === 'what-if' && view.state.whatIf.inside) view.suppose({ inside: false });
    else if (level >= 0) this.#goOut(level);
    else if (present.state.on) present.switch(false);
    else return;
    event.preventDefault();
  };

  readonly #shortcut = (event: KeyboardEvent) => {
    const { present, view } = this.stores;
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || present.state.on || view.state.embed) return;
    event.preventDefault();
    void this.#begin();
  };

  /** Begins to present; what goes on by a key has the focus. */
  async #begin(): Promise<void> {
    const { present, lesson } = this.stores;
    present.switch(true);
    void fillScreen();
    await import('./present-section').catch(() => undefined);
    this.requestUpdate();
    await this.updateComplete;
    if (lesson.state.place) await this.lessons.focusOn();
    else await this.slide?.focusOn();
  }

  #help(): void {
    const help = this.renderRoot.querySelector<HTMLElement>('help-section');
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    help?.scrollIntoView({ behavior: still ? 'auto' : 'smooth' });
    help?.focus({ preventScroll: true });
  }

  /** What is to be clicked is in sight. */
  #point(pointed: Told['minute-point']): void {
    if (pointed === 'parts' && pointed !== this.pointed) bringAbove(this.renderRoot, '.component', this.minute?.getBoundingClientRect().top ?? Infinity);
    this.pointed = pointed;
  }

  /** The first minute, for who wants it once more. */
  #again(): void {
    if (this.stores.lesson.state.place) this.stores.lesson.leave();
    this.stores.view.showTab('who');
    window.scrollTo({ top: 0 });
    void this.minute?.begin();
  }

  #embed() {
    const { theme, models, question, answer, view, hover, address } = this.stores;
    const { picture } = answer.state;
    const { unit, selected } = view.state;
    return html`<embed-view
      .hover=${hover}
      .picture=${picture}
      .unit=${unit}
      .selected=${selected}
      .theme=${theme.state.theme}
      .href=${address.whole}
      .instead=${waitsFor(models.state, question.state, answer.state.problems)}
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => view.select(detail)}
    ></embed-view>`;
  }

  #failures() {
    const { models } = this.stores;
    const { model, failure, offer } = models.state;
    return html`
      <model-failure .failure=${failure} .used=${model?.source} @failure-dismiss=${() => models.dismiss()}></model-failure>
      <model-offer .offer=${offer} .used=${model?.source} @offer-refuse=${() => models.refuse()}></model-offer>
    `;
  }

  #answer(alone?: Alone) {
    const { stores } = this;
    return html`<answer-section
      .stores=${stores}
      .alone=${alone}
      @go-in=${({ detail }: Telling<'go-in'>) => this.#goIn(detail)}
      @go-over=${({ detail }: Telling<'go-over'>) => stores.question.goOver(detail)}
      @go-out=${({ detail }: Telling<'go-out'>) => this.#goOut(detail)}
    ></answer-section>`;
  }

  /** As it is shown to many, once what shows it so is there. */
  #present() {
    const { stores } = this;
    if (!customElements.get('present-section')) {
      import('./present-section').then(this.#resized, () => {
        stores.present.switch(false);
        stores.models.tell(NOT_FETCHED);
      });
      return nothing;
    }
    return html`<present-section .stores=${stores} @model-open=${({ detail }: Telling<'model-open'>) => stores.models.choose(detail)}>
      <div>${this.#failures()}</div>
      <ask-section alone .stores=${stores}></ask-section>
      ${this.#answer(stores.present.slide?.alone)}
      <lesson-section slot="lesson" beside .stores=${stores}></lesson-section>
    </present-section>`;
  }

  protected override render() {
    const { stores } = this;
    const { models, view, lesson, present } = stores;
    if (view.state.embed) return this.#embed();
    if (present.state.on) return this.#present();
    const brief = this.#inLesson && lower.matches;
    const [folds, less] = [this.#folds, !this.unfolded];
    const folded = folds && less;
    return html`
      <div class="screen" ?data-lesson=${lesson.state.place} data-pointed=${this.pointed ?? nothing} @model-open=${({ detail }: Telling<'model-open'>) => models.choose(detail)}>
        <page-header .stores=${stores}>
          <lesson-menu
            .current=${lesson.state.place?.lesson}
            @lesson-begin=${({ detail }: Telling<'lesson-begin'>) => this.lessons.begin(detail)}
            @lesson-open=${({ detail }: Telling<'lesson-open'>) => this.lessons.open(detail)}
          ></lesson-menu>
          <button type="button" class="present" aria-keyshortcuts="Control+Enter Meta+Enter" title="One chart, large, for many to see (Ctrl+Enter)" @click=${() => this.#begin()}>Present</button>
          <button type="button" @click=${() => this.#help()}>Help</button>
        </page-header>
        ${this.#failures()}
        <main>
          <ask-section
            .stores=${stores}
            .folds=${folds || brief}
            .folded=${folded}
            .brief=${brief && less}
            @question-fold=${({ detail }: Telling<'question-fold'>) => (this.unfolded = !detail)}
          ></ask-section>
          ${this.#answer()}
        </main>
      </div>
      <help-section
        tabindex="-1"
        @tab-choose=${({ detail }: Telling<'tab-choose'>) => {
          view.showTab(detail);
          window.scrollTo({ top: 0 });
        }}
        @minute-begin=${() => this.#again()}
        @lesson-begin=${({ detail }: Telling<'lesson-begin'>) => {
          this.lessons.begin(detail);
          window.scrollTo({ top: 0 });
        }}
      ></help-section>
      <lesson-section .stores=${stores}></lesson-section>
      <first-minute
        .ready=${Boolean(stores.answer.state.picture)}
        @minute-point=${({ detail }: Telling<'minute-point'>) => this.#point(detail)}
        @lesson-begin=${({ detail }: Telling<'lesson-begin'>) => this.lessons.begin(detail)}
      ></first-minute>
      <div class="drop" ?hidden=${!this.dropping.above}>
        <p>
          ${view.state.tab === 'always' ? 'Drop prompts as CSV or JSON, or' : 'Drop'} a model’s folder, or its files: config.json, its weights and its tokenizer.
        </p>
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
      .screen[data-lesson] {
        min-height: calc(100dvh - var(--strip, 98px));
      }
      [data-pointed='question'] {
        --point-question: 2px solid var(--accent);
      }
      [data-pointed='charts'] {
        --point-charts: 2px solid var(--accent);
      }
      [data-pointed='parts'] {
        --point-parts: 2px solid var(--accent);
      }
      page-header {
        margin: 0 -24px;
      }
      main {
        flex: 1;
        display: flex;
        flex-direction: column;
        --gap: 8px;
        gap: var(--gap);
        padding: 8px 0 16px;
      }
      .screen[data-lesson] main {
        --gap: 4px;
      }
      answer-section {
        flex: 1;
      }
      /* It lies over the page's end, and moves nothing. */
      lesson-section,
      first-minute {
        position: sticky;
        bottom: 0;
        z-index: 2;
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
        help-section {
          display: none;
        }
        .screen {
          min-height: 0;
          padding: 0;
        }
      }
      @media (max-width: 720px) {
        .screen {
          padding: 0 16px;
        }
        page-header {
          margin: 0 -16px;
        }
      }
    `,
  ];
}
