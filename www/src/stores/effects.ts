import type { Effects, Run } from '../api/logitscope';
import { positionsOf, progress, type Losses, type Removable } from '../state/effects';
import type { Picture } from '../state/picture';
import { WHAT_IF } from '../state/what-if';
import { sentence } from '../words/format';
import type { AnswerStore } from './answer';
import { Store } from './store';
import type { ViewStore } from './view';

const NOTHING: Losses = { picture: undefined, removal: WHAT_IF, component: undefined, head: undefined, work: undefined, stopped: false, problem: undefined };

/** Takes each part of the answer out, when the reader asks what if: heads first. What is known of a run is kept as long as that is. */
export class EffectsStore extends Store<Losses> {
  #run?: Run;
  #key?: string;
  readonly #kept = new Map<string, Pick<Losses, Removable>>();
  #working?: AbortController;

  constructor(
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [answer, view]) store.addEventListener('change', () => this.#follow());
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
    // While another prompt is run, its run is there before its picture is. What is lost is lost of the whole question.
    const asked = run && picture && !pending && run.tokens === picture.tokens && picture.trail.length === 0;
    if (run !== this.#run) this.#kept.clear();
    this.#run = run;
    const { ablation, at } = whatIf;
    const key = asked ? JSON.stringify([picture.position, picture.answer.id, picture.incorrect?.id, ablation, at]) : undefined;
    if (key !== this.#key) {
      this.#working?.abort();
      this.#working = undefined;
      this.#key = key;
      if (asked && key) this.set({ ...NOTHING, ...this.#kept.get(key), picture, removal: { ablation, at } });
      else this.set(picture === this.state.picture ? { work: undefined } : NOTHING);
    } else if (asked && picture !== this.state.picture) {
      this.set({ picture });
    }
    if (tab === 'what-if' && whatIf.corrupted === null) this.#begin();
  }

  /** Asks for what is not known yet, unless that is under way, or the reader did not want it. */
  #begin(): void {
    const { picture, stopped, problem, head, component } = this.state;
    const key = this.#key;
    if (this.#working || stopped || problem || !this.#run || !picture || !key || (isKnown(head) && isKnown(component))) return;
    const working = new AbortController();
    this.#working = working;
    void this.#compute(this.#run, picture, key, working.signal);
  }

  async #compute(run: Run, picture: Picture, key: string, signal: AbortSignal): Promise<void> {
    const { removal } = this.state;
    const { position, answer, incorrect } = picture;
    const asked = { answer: answer.id, incorrect: incorrect?.id, position, ablation: removal.ablation, positions: positionsOf(removal, picture), signal };
    try {
      for (const unit of ['head', 'component'] as const) {
        if (isKnown(this.state[unit])) continue;
        const onProgress = ({ known, ...work }: { known: Effects; done: number; total: number; secondsLeft: number }) => {
          if (!signal.aborted) this.set({ [unit]: known, work: progress(work) });
        };
        const effects = await run.effects({ ...asked, unit, onProgress });
        if (signal.aborted) return;
        this.set({ [unit]: effects });
        this.#kept.set(key, { head: this.state.head, component: this.state.component });
      }
      this.#working = undefined;
      this.set({ work: undefined });
    } catch (error) {
      if (signal.aborted) return;
      this.#working = undefined;
      this.set({ work: undefined, problem: sentence(error) });
    }
  }
}

function isKnown(effects: Effects | undefined): boolean {
  return effects !== undefined && !effects.after.some(Number.isNaN);
}
