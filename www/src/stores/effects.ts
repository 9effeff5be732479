import type { Effects, Run, Work } from '../api/logitscope';
import { contrastOf } from '../state/contrast';
import { positionsOf, type Losses, type Removable, type Removal } from '../state/effects';
import type { Picture } from '../state/picture';
import { WHAT_IF } from '../state/what-if';
import { progress, type Progress } from '../state/work';
import type { AnswerStore } from './answer';
import type { ViewStore } from './view';
import { WorkStore } from './work';

const NOTHING: Losses = { picture: undefined, removal: WHAT_IF, component: undefined, head: undefined, work: undefined, stopped: false, problem: undefined };

/** Takes each part of the answer out, when the reader asks what if: heads first. What is known of a run is kept as long as that is. */
export class EffectsStore extends WorkStore<Losses> {
  #run?: Run;
  #key?: string;
  readonly #kept = new Map<string, Pick<Losses, Removable>>();

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
    const { tab, whatIf } = this.view.state;
    // While another prompt is run, its run is there before its picture is. What is lost is lost of the whole question.
    const asked = run && picture && !pending && run.tokens === picture.tokens && picture.trail.length === 0;
    if (run !== this.#run) this.#kept.clear();
    this.#run = run;
    const { ablation, at } = whatIf;
    const key = asked ? JSON.stringify([picture.position, picture.answer.id, contrastOf(picture), ablation, at]) : undefined;
    if (key !== this.#key) {
      this.abandon();
      this.#key = key;
      const known = this.#kept.get(key ?? '');
      // What is known by another baseline stays, under its name, until something is known by this one.
      if (asked && (known || picture !== this.state.picture)) this.set({ ...NOTHING, ...known, picture, removal: { ablation, at } });
      else this.set(picture === this.state.picture ? { work: undefined, stopped: false, problem: undefined } : NOTHING);
    } else if (asked && picture !== this.state.picture) {
      this.set({ picture });
    }
    if (tab === 'what-if' && whatIf.corrupted === null) this.begin();
  }

  protected override begin(): void {
    const { picture, stopped, problem } = this.state;
    const key = this.#key;
    if (this.working || stopped || problem || !this.#run || !picture || !key || isKnown(this.#kept.get(key)?.component)) return;
    const { ablation, at } = this.view.state.whatIf;
    const run = this.#run;
    void this.work((signal) => this.#compute(run, picture, { ablation, at }, key, signal));
  }

  async #compute(run: Run, picture: Picture, removal: Removal, key: string, signal: AbortSignal): Promise<void> {
    const { position, answer } = picture;
    const asked = { answer: answer.id, ...contrastOf(picture), position, ablation: removal.ablation, positions: positionsOf(removal, picture), signal };
    let known = this.#kept.get(key) ?? {};
    const tell = (more: Pick<Losses, Removable>, work?: Progress) => {
      known = { ...known, ...more };
      this.set({ ...NOTHING, ...known, picture: this.state.picture, removal, work });
    };
    for (const unit of ['head', 'component'] as const) {
      if (isKnown(known[unit])) continue;
      const onProgress = ({ known: effects, ...work }: Work<Effects>) => void (signal.aborted || tell({ [unit]: effects }, progress(work)));
      const effects = await run.effects({ ...asked, unit, onProgress });
      if (signal.aborted) return;
      tell({ [unit]: effects });
      this.#kept.set(key, known);
    }
  }
}

function isKnown(effects: Effects | undefined): boolean {
  return effects !== undefined && !effects.after.some(Number.isNaN);
}
