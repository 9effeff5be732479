import { formatLink, parseLink, type Link } from '../state/link';
import { presets } from '../state/presets';
import { BUNDLED, sourceName } from '../state/source';
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
    const { model, loading, failure } = this.models.state;
    const source = loading?.source ?? model?.source ?? failure?.source;
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
  #restore({ source, question, view, missing }: Link): void {
    this.question.anchor = undefined;
    this.question.change(question);
    this.view.restore(view);
    this.answer.clear();
    this.models.tell(missing && `This link was made with local files, “${missing}”. Open them again to see the same numbers.`);
    const current = this.models.state.loading?.source ?? this.models.state.model?.source;
    if (current && sourceName(current) === sourceName(source)) this.question.ask();
    else void this.models.open(source);
  }
}
