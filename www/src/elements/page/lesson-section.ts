import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { after, before, shownAt, trains, withPlace, type Place } from '../../state/lesson';
import { formatLink, parseLink, type Link } from '../../state/link';
import { isModel } from '../../state/model';
import { BUNDLED } from '../../state/source';
import type { Stores } from '../../stores/stores';
import { NOT_FETCHED } from '../../words/waiting';
import type { LessonStrip } from '../../lessons/lesson-strip';
import type { Telling } from '../events';
import { base } from '../styles';
import { bring } from './bring';
import { Watch } from '../watch';

/** Where keys are typed, or lead from choice to choice. */
const TAKES_KEYS = 'input, textarea, select, dialog, [popover]';

/** Where there is room for more than a chart. */
const wide = matchMedia('(min-width: 721px)');

/** So often, and after so long, what comes late is waited for. */
const LATE = 4;
const LATE_MS = 500;

/** The lesson that the reader is in, and the keys that lead through it. */
@customElement('lesson-section')
export class LessonSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** Whether it stands beside what it tells of, to be read by many. */
  @property({ type: Boolean, reflect: true }) beside = false;
  @query('lesson-strip') private strip!: LessonStrip;
  #shows?: Promise<unknown>;
  readonly watch = new Watch(this, () => {
    const { models, question, answer, view, lesson } = this.stores;
    return [models, question, answer, view, lesson];
  });
  /** The step whose chart was brought into sight. */
  #brought?: Place;
  /** The page keeps clear of it. */
  readonly #height = new ResizeObserver(([entry]) => this.#keepClear(this.beside ? 0 : (entry?.contentRect.height ?? 0)));

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#keys);
    this.#height.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#keys);
    this.#height.disconnect();
    this.#keepClear(0);
  }

  /** Begins a lesson of the course. */
  begin(lesson: string): void {
    this.stores.address.go(`#${withPlace('', { lesson, step: 1 })}`);
    void this.#focus();
  }

  /** Puts the focus on the way on. */
  focusOn(): Promise<void> {
    return this.strip.focusOn();
  }

  async open(file: File): Promise<void> {
    const place = await this.stores.lesson.open(file);
    if (place) this.#go(place);
    void this.#focus();
  }

  async #focus(): Promise<void> {
    await customElements.whenDefined('lesson-strip');
    await this.strip.focusOn();
  }

  /** What shows a step comes with the first lesson. */
  protected override willUpdate(): void {
    const { models, lesson } = this.stores;
    const { place, problem } = lesson.state;
    if (place || problem) this.#shows ??= import('../../lessons/lesson-strip').catch(() => models.tell(NOT_FETCHED));
  }

  #go(place: Place | undefined): void {
    const link = place && this.stores.lesson.linkTo(place);
    if (link) this.stores.address.go(link);
  }

  /** Clickers send PageUp and PageDown. Arrows are the charts’ and the lists’, where those have the focus. */
  readonly #keys = (event: KeyboardEvent) => {
    const { lesson, place } = this.stores.lesson.state;
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (!lesson || !place || event.defaultPrevented || altKey || ctrlKey || metaKey || shiftKey) return;
    const path = event.composedPath();
    if (path.some((target) => target instanceof Element && target.matches(TAKES_KEYS))) return;
    if (key.startsWith('Arrow') && path[0] !== document.body && !path.includes(this.strip)) return;
    const to = /^(ArrowRight|PageDown)$/.test(key) ? after(lesson, place) : /^(ArrowLeft|PageUp)$/.test(key) ? before(place) : undefined;
    if (!to) return;
    event.preventDefault();
    this.#go(to);
  };

  #keepClear(height: number): void {
    document.documentElement.style.setProperty('--strip', `${height}px`);
    if (this.#brought) this.#bring();
  }

  /** Brings a step's chart into sight, and again after what comes late has moved it, unless the reader has scrolled by then. */
  #bring(again = LATE): void {
    const place = this.#brought;
    requestAnimationFrame(() => {
      const { lesson } = this.stores.lesson.state;
      if (!this.isConnected || !lesson) return;
      bring(this.getRootNode() as ShadowRoot, this.stores.view.state, wide.matches && place?.step === 1 && trains(lesson));
      const at = scrollY;
      if (again > 0) setTimeout(() => place === this.#brought && scrollY === at && this.#bring(again - 1), LATE_MS);
    });
  }

  /** What a step tells of is in sight once it is answered. */
  protected override updated(): void {
    const { answer, lesson } = this.stores;
    const { place, lesson: read } = lesson.state;
    if (this.beside || !read || !place || place === this.#brought || answer.state.pending || !answer.answered) return;
    this.#brought = place;
    this.#bring();
  }

  /** Whether the page shows something else than the step does. */
  #moved(): boolean {
    const { models, question, view, lesson } = this.stores;
    const { model, loading, offer } = models.state;
    const { lesson: shown, place } = lesson.state;
    const step = shown && place && parseLink(shownAt(shown, place)?.state ?? '');
    if (!step || !model || loading || offer) return false;
    const asked = ({ question, view }: Pick<Link, 'question' | 'view'>) => formatLink(BUNDLED, question, view);
    return !isModel(model, step.source) || asked(step) !== asked({ question: question.state, view: view.state });
  }

  protected override render() {
    const { lesson } = this.stores;
    const { place, problem } = lesson.state;
    return html`<lesson-strip
      .lesson=${lesson.state.lesson}
      .place=${place}
      .problem=${problem}
      .moved=${this.#moved()}
      .beside=${this.beside}
      .following=${lesson.next}
      @lesson-go=${({ detail }: Telling<'lesson-go'>) => this.#go(detail)}
      @lesson-begin=${({ detail }: Telling<'lesson-begin'>) => this.begin(detail)}
      @lesson-leave=${() => lesson.leave()}
    ></lesson-strip>`;
  }

  static override styles = [
    base,
    css`
      :host([beside]) {
        display: grid;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
      }
    `,
  ];
}
