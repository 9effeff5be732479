import type { Lens, Run } from '../api/logitscope';
import { LIKELIEST, type Seen } from '../state/lens';
import { progress } from '../state/work';
import type { AnswerStore } from './answer';
import type { ViewStore } from './view';
import { WorkStore } from './work';

const NOTHING: Seen = { picture: undefined, lens: undefined, work: undefined, stopped: false, problem: undefined };

/**
 * Looks through the lens after every token, the last one first, when the reader asks when it was known. What is known of a run is kept as
 * long as that is.
 */
export class LensStore extends WorkStore<Seen> {
  #run?: Run;
  /** Whom the lens is asked of: positions are all looked at. */
  #answer?: number;
  readonly #kept = new Map<number, Lens>();

  constructor(
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [answer, view]) store.addEventListener('change', () => this.#follow());
  }

  #follow(): void {
    const { picture, pending } = this.answer.state;
    const { run } = this.answer;
    // While another prompt is run, its run is there before its picture is.
    const asked = run && picture && !pending && run.tokens === picture.tokens ? picture : undefined;
    const another = run !== this.#run || asked?.answer.id !== this.#answer;
    if (run !== this.#run) this.#kept.clear();
    this.#run = run;
    this.#answer = asked?.answer.id;
    if (another) {
      this.abandon();
      const lens = asked && this.#kept.get(asked.answer.id);
      // What was seen before stays until something is known of what is asked now.
      this.set(lens ? { ...NOTHING, picture: asked, lens } : { work: undefined, stopped: false, problem: undefined });
    }
    if (this.view.state.tab === 'when') this.begin();
  }

  protected override begin(): void {
    const { stopped, problem } = this.state;
    const { picture } = this.answer.state;
    const id = this.#answer;
    const run = this.#run;
    if (this.working || stopped || problem || !run || !picture || id === undefined || this.#kept.has(id)) return;
    void this.work(async (signal) => {
      const tell = (lens: Lens, work?: Seen['work']) => this.set({ ...NOTHING, picture: this.answer.state.picture, lens, work });
      const lens = await run.lens({
        answer: id,
        position: null,
        k: LIKELIEST,
        signal,
        onProgress: ({ known, ...work }) => void (signal.aborted || tell(known, progress(work))),
      });
      if (signal.aborted) return;
      this.#kept.set(id, lens);
      tell(lens);
    });
  }
}
