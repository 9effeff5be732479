import { NAMED, piecesOf, speaks, type Spoken } from '../state/readout';
import { sameItems } from '../state/same';
import { sentence } from '../words/format';
import type { AnswerStore } from './answer';
import { Latest } from './latest';
import type { PartStore } from './part';
import { Store } from './store';
import type { ViewStore } from './view';

const NOTHING: Spoken = { of: undefined, readouts: undefined, problem: undefined };

/** Asks what the selected part says, and the strongest of what it is taken apart into, once that is known: all at once. */
export class ReadoutStore extends Store<Spoken> {
  /** Picture, part, and what it is taken apart into. */
  #of: readonly unknown[] = [];
  #working?: AbortController;
  readonly #asking = new Latest((superseded) => this.#ask(superseded));

  constructor(
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
    private readonly part: PartStore,
  ) {
    super(NOTHING);
    for (const store of [answer, view, part]) store.addEventListener('change', () => this.#follow());
  }

  #follow(): void {
    const { picture } = this.answer.state;
    const { selected, tab } = this.view.state;
    const { of, sources, neurons, problem } = this.part.state;
    // What is written along a way in is read by a head, and not by the vocabulary.
    const asked = picture && picture.trail.length === 0 && tab === 'who' && selected !== null && speaks(selected) ? selected : undefined;
    const ready = asked !== undefined && (asked !== of || sources || neurons || problem);
    const now = asked === undefined ? [] : [picture, asked, ready ? (sources ?? neurons) : 'waits'];
    if (sameItems(now, this.#of)) return;
    const another = !sameItems(now.slice(0, 2), this.#of.slice(0, 2));
    this.#of = now;
    this.#working?.abort();
    if (another) this.set({ ...NOTHING, of: asked });
    if (ready) void this.#asking.request();
  }

  async #ask(superseded: () => boolean): Promise<void> {
    const { run } = this.answer;
    const { picture } = this.answer.state;
    const { of } = this.state;
    // While another prompt is run, its run is there before its picture is.
    if (!run || !picture || !of || run.tokens !== picture.tokens) return;
    const pieces = this.part.state.of === of ? piecesOf(this.part.state) : [];
    const { signal } = (this.#working = new AbortController());
    try {
      const asked = { parts: [of, ...pieces], position: picture.position, k: NAMED };
      const readouts = await run.readouts(asked, { signal });
      if (!superseded() && !signal.aborted) this.set({ readouts, problem: undefined });
    } catch (error) {
      if (!superseded() && !signal.aborted && run === this.answer.run) this.set({ problem: sentence(error) });
    }
  }
}
