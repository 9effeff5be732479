import type { Logitscope, Patching, Run } from '../api/logitscope';
import { contrastOf } from '../state/contrast';
import { aligned, type Patches } from '../state/patching';
import type { Picture } from '../state/picture';
import { SITES } from '../state/what-if';
import { progress } from '../state/work';
import type { AnswerStore } from './answer';
import type { ModelStore } from './models';
import { promptIds } from './prompt';
import type { QuestionStore } from './question';
import type { ViewStore } from './view';
import { WorkStore } from './work';

/** Typing waits so long for the next key before the model runs. */
const TYPING_MS = 150;

const NOTHING: Patches = { picture: undefined, tokens: undefined, site: SITES[0], patching: undefined, work: undefined, stopped: false, problem: undefined };

/** Puts what the first sentence has into a second one, an activation at a time. What is known of the two is kept as long as they are. */
export class PatchingStore extends WorkStore<Patches> {
  #clean?: Run;
  /** The second sentence's run, and what it is of. */
  #corrupted?: { key: string; run: Run };
  #key?: string;
  readonly #kept = new Map<string, Patching>();

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

  #follow(): void {
    const { picture, pending } = this.answer.state;
    const { run } = this.answer;
    const { tab, whatIf } = this.view.state;
    const { corrupted, site } = whatIf;
    if (run !== this.#clean) this.#forget();
    this.#clean = run;
    const asked = run && picture && !pending && run.tokens === picture.tokens && picture.trail.length === 0 && tab === 'what-if' && corrupted !== null;
    const key = asked ? JSON.stringify([corrupted, picture.position, picture.answer.id, contrastOf(picture), site]) : undefined;
    if (key === this.#key) return;
    this.#key = key;
    this.abandon();
    if (corrupted === null) this.#forget();
    if (!asked || !key) return this.set(corrupted === null ? NOTHING : { work: undefined });
    const same = this.#corrupted?.key === corrupted;
    const { tokens } = same ? this.#corrupted!.run : {};
    const shown = { ...NOTHING, picture, tokens, patching: this.#kept.get(key) };
    this.set(site === 'parts' ? shown : { ...shown, site });
    this.begin(same ? 0 : TYPING_MS);
  }

  protected override begin(pause = 0): void {
    const { picture, patching } = this.state;
    const { scope } = this.models;
    const { corrupted } = this.view.state.whatIf;
    const clean = this.#clean;
    const key = this.#key;
    if (!scope || !clean || !picture || !key || corrupted === null || (patching && this.#kept.get(key) === patching)) return;
    void this.work(async (signal) => {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      if (signal.aborted) return;
      const run = await this.#runOf(scope, corrupted, signal);
      this.set({ tokens: run.tokens });
      await this.#compute(clean, run, picture, key, signal);
    });
  }

  async #compute(clean: Run, corrupted: Run, picture: Picture, key: string, signal: AbortSignal): Promise<void> {
    const { site } = this.view.state.whatIf;
    if (!aligned(this.state) || site === 'parts') return;
    const patching = await clean.patch(corrupted, {
      answer: picture.answer.id,
      ...contrastOf(picture),
      position: picture.position,
      site,
      signal,
      onProgress: ({ known, ...work }) => void (signal.aborted || this.set({ patching: known, work: progress(work) })),
    });
    if (signal.aborted) return;
    this.#kept.set(key, patching);
    this.set({ patching, work: undefined });
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
    this.abandon();
    this.#key = undefined;
    this.#corrupted?.run.free();
    this.#corrupted = undefined;
    this.#kept.clear();
  }
}
