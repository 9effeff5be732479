import { formatLink, parseLink, type Link } from '../state/link';
import { presets } from '../state/presets';
import { isModel } from '../state/model';
import { BUNDLED, pinned, sourceKey } from '../state/source';
import type { AnswerStore } from './answer';
import type { ModelStore } from './models';
import type { QuestionStore } from './question';
import type { ViewStore } from './view';

/** The address bar takes its time: browsers refuse too many changes. */
const KEEP_MS = 300;

/** Keeps the address up to date with what is on the page, and the page with the address. */
export class Address {
  #waiting?: number;

  constructor(
    private readonly models: ModelStore,
    private readonly question: QuestionStore,
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
  ) {}

  /** Starts with what the address says, or with the first preset; from then on, one follows the other. */
  follow(): void {
    for (const store of [this.models, this.question, this.view]) store.addEventListener('change', this.#changed);
    const restore = () => {
      const link = parseLink(location.hash);
      if (link) this.#restore(link);
      return link;
    };
    window.addEventListener('hashchange', restore);
    if (restore()) return;
    if (presets[0]) this.question.show(presets[0]);
    void this.models.open(BUNDLED);
  }

  /** Puts what is asked into the address bar. */
  keep(): void {
    const { model, loading, failure, offer } = this.models.state;
    const wanted = offer?.source ?? loading?.source;
    const source = wanted ?? (model ? pinned(model.source, model.revision) : failure?.source);
    const hash = source && `#${formatLink(source, this.question.state, this.view.state)}`;
    if (hash && hash !== location.hash) history.replaceState(null, '', hash);
  }

  readonly #changed = () => {
    this.#waiting ??= window.setTimeout(() => {
      this.#waiting = undefined;
      this.keep();
    }, KEEP_MS);
  };

  /** Restores what a link says: the question at once, and its model if another is in use. */
  #restore({ source, question, view, notice }: Link): void {
    this.question.anchor = undefined;
    this.question.change(question);
    this.view.restore(view);
    this.answer.clear();
    this.models.tell(notice);
    const { model, loading } = this.models.state;
    const here = loading ? sourceKey(loading.source) === sourceKey(source) : model && isModel(model, source);
    if (!here) return void this.models.openLinked(source).then((offered) => offered && this.question.ask());
    this.models.refuse();
    this.question.ask();
  }
}
