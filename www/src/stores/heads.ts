import type { HeadScores, Logitscope } from '../api/logitscope';
import { idle } from '../later';
import type { AnswerStore } from './answer';
import type { ModelStore } from './models';
import { Store } from './store';

/** After the first answer the page waits for the browser to be idle, at most so long, before it goes on. */
const IDLE_MS = 1000;

/** What the heads of the model in use are, whatever is asked: found once a model, after its first answer. */
export class HeadsStore extends Store<{ scores?: HeadScores }> {
  #scope?: Logitscope;
  #working?: AbortController;
  readonly #known = new WeakMap<Logitscope, HeadScores>();

  constructor(
    private readonly models: ModelStore,
    private readonly answer: AnswerStore,
  ) {
    super({ scores: undefined });
    for (const store of [models, answer]) store.addEventListener('change', () => this.#follow());
  }

  #follow(): void {
    const { scope } = this.models;
    if (scope !== this.#scope) {
      this.#working?.abort();
      this.#working = undefined;
      this.#scope = scope;
      const scores = scope && this.#known.get(scope);
      if (scores !== this.state.scores) this.set({ scores });
    }
    // What a hover may ask for is the last of an answer.
    if (scope && !this.#working && !this.state.scores && this.answer.answered && this.answer.state.sources) void this.#find(scope);
  }

  async #find(scope: Logitscope): Promise<void> {
    const { signal } = (this.#working = new AbortController());
    await idle(IDLE_MS);
    if (signal.aborted) return;
    try {
      const scores = await scope.headScores({ signal });
      this.#known.set(scope, scores);
      if (!signal.aborted) this.set({ scores });
    } catch {
      // The panel says less: nothing that was asked is missing. Not again, as there may be no memory for it.
    }
  }
}
