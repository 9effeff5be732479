import type { Logitscope, Patching, Run } from '../api/logitscope';
import { progress } from '../state/effects';
import type { Cell, Patches } from '../state/patching';
import type { Picture } from '../state/picture';
import { SITES } from '../state/what-if';
import { sentence } from '../words/format';
import type { AnswerStore } from './answer';
import type { ModelStore } from './models';
import { promptIds } from './prompt';
import type { QuestionStore } from './question';
import { Store } from './store';
import type { ViewStore } from './view';

/** Typing waits so long for the next key before the model runs. */
const TYPING_MS = 150;

const NOTHING: Patches = { picture: undefined, tokens: undefined, site: SITES[0], patching: undefined, work: undefined, stopped: false, problem: undefined, cell: null };

/** Puts what the first sentence has into a second one, an activation at a time. What is known of the two is kept as long as they are. */
export class PatchingStore extends Store<Patches> {
  #clean?: Run;
  /** The second sentence's run, and what it is of. */
  #corrupted?: { key: string; run: Run };
  #key?: string;
  readonly #kept = new Map<string, Patching>();
  #working?: AbortController;

  constructor(
    private readonly models: ModelStore,
    private readonly question: QuestionStore,
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [answer, view]) store.addEventListener('change', () => this.#follow());
  }

  /** The first sentence's run, and the second's once it is there. */
  get clean(): Run | undefined {
    return this.#clean;
  }
  get corrupted(): Run | undefined {
    return this.#corrupted?.run;
  }

  select(cell: Cell | null): void {
    this.set({ cell });
  }

  stop(): void {
    this.#working?.abort();
    this.#working = undefined;
    this.set({ work: undefined, stopped: true });
  }

  again(): void {
    this.set({ stopped: false, problem: undefined });
    this.#begin();
  }

  #follow(): void {
    const { picture, pending } = this.answer.state;
    const { run } = this.answer;
    const { tab, whatIf } = this.view.state;
    const { corrupted, site } = whatIf;
    if (run !== this.#clean) this.#forget();
    this.#clean = run;
    const asked = run && picture && !pending && run.tokens === picture.tokens && picture.trail.length === 0 && tab === 'what-if' && corrupted !== null;
    const key = asked ? JSON.stringify([corrupted, picture.position, picture.answer.id, picture.incorrect?.id, site]) : undefined;
    if (key === this.#key) return;
    this.#key = key;
    this.#working?.abort();
    this.#working = undefined;
    if (corrupted === null) this.#forget();
    if (!asked || !key) return this.set(corrupted === null ? NOTHING : { work: undefined });
    const same = this.#corrupted?.key === corrupted;
    const { tokens } = same ? this.#corrupted!.run : {};
    const cell = same && site === this.state.site ? this.state.cell : null;
    this.set({ ...NOTHING, picture, site, tokens, patching: this.#kept.get(key), cell });
    this.#begin(same ? 0 : TYPING_MS);
  }

  #begin(pause = 0): void {
    const { picture, patching } = this.state;
    const { scope } = this.models;
    const { corrupted } = this.view.state.whatIf;
    const key = this.#key;
    if (!scope || !this.#clean || !picture || !key || corrupted === null || (patching && this.#kept.get(key) === patching)) return;
    const working = new AbortController();
    this.#working = working;
    void this.#compute(scope, this.#clean, picture, corrupted, key, pause, working.signal);
  }

  async #compute(scope: Logitscope, clean: Run, picture: Picture, corrupted: string, key: string, pause: number, signal: AbortSignal): Promise<void> {
    const { site } = this.state;
    const { position, answer, incorrect } = picture;
    try {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      if (signal.aborted) return;
      const run = await this.#runOf(scope, corrupted, signal);
      if (signal.aborted) return;
      this.set({ tokens: run.tokens });
      if (run.tokens.length !== clean.tokens.length) return;
      const asked = { answer: answer.id, incorrect: incorrect?.id, position, site, signal };
      const patching = await clean.patch(run, {
        ...asked,
        onProgress: ({ known, ...work }) => void (signal.aborted || this.set({ patching: known, work: progress(work) })),
      });
      if (signal.aborted) return;
      this.#kept.set(key, patching);
      this.#working = undefined;
      this.set({ patching, work: undefined });
    } catch (error) {
      if (signal.aborted) return;
      this.#working = undefined;
      this.set({ work: undefined, problem: sentence(error) });
    }
  }

  async #runOf(scope: Logitscope, corrupted: string, signal: AbortSignal): Promise<Run> {
    if (this.#corrupted?.key === corrupted) return this.#corrupted.run;
    const ids = await promptIds(scope, { ...this.question.state, prompt: corrupted });
    const run = await scope.run(ids, { signal });
    if (signal.aborted) run.free();
    signal.throwIfAborted();
    this.#corrupted?.run.free();
    this.#kept.clear();
    this.#corrupted = { key: corrupted, run };
    return run;
  }

  /** The first sentence is another, or has another model: so is what is put before both. */
  #forget(): void {
    this.#working?.abort();
    this.#working = undefined;
    this.#key = undefined;
    this.#corrupted?.run.free();
    this.#corrupted = undefined;
    this.#kept.clear();
  }
}
