import { placeOf, withPlace } from '../state/lesson';
import { formatLink, parseLink, type Link } from '../state/link';
import { presetQuestion, presets } from '../state/presets';
import type { Field } from '../state/question';
import { isModel } from '../state/model';
import { BUNDLED, pinned, sourceKey } from '../state/source';
import type { AnswerStore } from './answer';
import type { LessonStore } from './lesson';
import type { ModelStore } from './models';
import type { PresentStore } from './present';
import type { QuestionStore } from './question';
import { Commit } from './store';
import type { ViewStore } from './view';

/** The address bar takes its time: browsers refuse too many changes. */
const KEEP_MS = 300;

/** What is typed with shorter pauses is one change. */
const PAUSE_MS = 2000;

/** Beside the address, in the history: what a link does not tell. */
interface Beside {
  /** Which words of the question are the reader's. */
  own: readonly Field[];
}

/**
 * Keeps the address up to date with what is on the page, and the page with the address. Each change that the reader makes is
 * an entry of the history, so that Back undoes it; what follows from it by itself changes that entry.
 */
export class Address {
  #waiting?: number;
  /** The hash of the entry that the page shows, as it was last read or written. */
  #hash = '';
  /** Whether the next change is one to undo. */
  #undoable = false;
  #own: readonly Field[] = [];
  /** When the reader last typed, if nothing else was done since. */
  #typed = -Infinity;

  constructor(
    private readonly models: ModelStore,
    private readonly question: QuestionStore,
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
    private readonly lesson: LessonStore,
    private readonly present: PresentStore,
  ) {}

  /** Starts with what the address says, or with the first preset; from then on, one follows the other. */
  follow(): void {
    const restore = () => {
      this.#hash = location.hash;
      this.present.follow(location.hash);
      const link = parseLink(location.hash);
      const place = placeOf(location.hash);
      if (link) this.#restore(link);
      void this.lesson.follow(place).then((place) => {
        const step = place && !link && this.lesson.linkTo(place);
        if (step) location.replace(this.present.link(step));
      });
      return link;
    };
    moveLesson();
    if (!restore()) {
      if (presets[0]) this.question.renew(presetQuestion(presets[0]));
      void this.models.open(BUNDLED);
    }
    window.addEventListener('hashchange', restore);
    for (const store of [this.models, this.question, this.view, this.lesson, this.present]) {
      store.addEventListener('change', this.#changed);
      store.addEventListener('commit', this.#commit);
    }
    this.#changed();
  }

  /** Where the whole page shows what this one shows. */
  get whole(): string {
    const link = new URL(location.href);
    const hash = new URLSearchParams(link.hash.slice(1));
    hash.delete('embed');
    link.searchParams.delete('embed');
    link.hash = hash.toString();
    return link.href;
  }

  /** Goes to a link of this page. */
  go(link: string): void {
    this.keep();
    location.hash = this.present.link(link);
  }

  /** Puts what is asked into the address bar. */
  keep(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    const undoable = this.#undoable;
    this.#undoable = false;
    // The reader is at another entry already, which is about to be restored: it stays as it is.
    if (location.hash !== this.#hash) return;
    const { model, loading, failure, offer } = this.models.state;
    const wanted = offer?.source ?? loading?.source;
    const source = wanted ?? (model ? pinned(model.source, model.revision) : failure?.source);
    const hash = source && this.present.link(`#${withPlace(formatLink(source, this.question.state, this.view.state), this.lesson.state.place)}`);
    const beside: Beside = { own: this.question.own };
    try {
      if (hash && hash !== location.hash && undoable) history.pushState(beside, '', hash);
      else if (hash && (hash !== location.hash || beside.own !== this.#own)) history.replaceState(beside, '', hash);
      this.#own = beside.own;
      this.#hash = location.hash;
    } catch {
      // A browser that was asked too often; the next change is kept.
    }
  }

  readonly #changed = () => {
    this.#waiting ??= window.setTimeout(() => this.keep(), KEEP_MS);
  };

  readonly #commit = (event: Event) => {
    const typing = event instanceof Commit && event.typing;
    const now = performance.now();
    const goesOn = typing && now - this.#typed < PAUSE_MS;
    this.#typed = typing ? now : -Infinity;
    if (goesOn) return;
    this.keep();
    this.#undoable = true;
    if (!typing) queueMicrotask(() => this.keep());
  };

  /** Restores what a link says: the question at once, and its model if another is in use. */
  #restore({ source, question, view, notice }: Link): void {
    const { own = [] } = (history.state ?? {}) as Partial<Beside>;
    this.question.anchor = undefined;
    this.question.change(question);
    this.view.restore(view);
    this.answer.clear();
    this.models.tell(notice);
    const { model, loading } = this.models.state;
    const here = loading ? sourceKey(loading.source) === sourceKey(source) : model && isModel(model, source);
    const ask = () => this.question.renew({}, own);
    if (!here) return void this.models.openLinked(source).then((offered) => offered && ask());
    this.models.refuse();
    ask();
  }
}

/** A lesson that the address names before the `#`, as a server's links do, is named after it from now on. */
function moveLesson(): void {
  const url = new URL(location.href);
  const lesson = url.searchParams.get('lesson');
  if (!lesson) return;
  url.searchParams.delete('lesson');
  if (!placeOf(url.hash)) url.hash = withPlace(url.hash.slice(1), { lesson, step: 1 });
  history.replaceState(history.state, '', url);
}
