import { Chart } from '../api/logitscope';
import { contrastOf, namedTokens } from '../state/contrast';
import { aligned, type Patched } from '../state/patching';
import { UNITS, byUnit, freeCharts, type Picture } from '../state/picture';
import { sameItems } from '../state/same';
import { sentence } from '../words/format';
import { subjectOf } from '../words/trail';
import { Latest } from './latest';
import type { PatchingStore } from './patching';
import { Store } from './store';
import type { ViewStore } from './view';

const NOTHING: Patched = { cell: null, picture: undefined, problem: undefined };

/** The second sentence with one activation of the first one, taken apart as any answer is: when that is gone into. */
export class PatchedStore extends Store<Patched> {
  /** What is taken apart: the answer, the second sentence's run, and what goes into it. */
  #of: readonly unknown[] = [];
  /** What is shown, and what that moves from: their memory is held until the next. */
  #retired?: Picture;
  readonly #explaining = new Latest((superseded) => this.#explain(superseded));

  constructor(
    private readonly patching: PatchingStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [patching, view]) store.addEventListener('change', () => this.#follow());
  }

  #follow(): void {
    const { picture } = this.patching.state;
    const { site, head, cell, inside } = this.view.state.whatIf;
    const asked = inside && cell && site !== 'parts' && aligned(this.patching.state) && this.patching.corrupted;
    const of = asked ? [picture, this.patching.corrupted, site, head, ...cell] : [];
    if (sameItems(of, this.#of)) return;
    this.#of = of;
    this.set(asked ? { cell, problem: undefined } : NOTHING);
    if (asked) void this.#explaining.request();
  }

  async #explain(superseded: () => boolean): Promise<void> {
    const of = this.#of;
    const { picture, tokens } = this.patching.state;
    const { clean, corrupted } = this.patching;
    const { site, head, cell } = this.view.state.whatIf;
    if (of.length === 0 || !cell || site === 'parts' || !picture || !tokens || !clean || !corrupted) return;
    const { answer, position } = picture;
    try {
      const run = await clean.patched(corrupted, { site, at: site === 'z_by_position' ? [...cell, head] : [...cell] });
      const [attributions, [likely, incorrect, ...more], predictions] = await Promise.all([
        Promise.all(UNITS.map((unit) => run.attribute({ answer: answer.id, ...contrastOf(picture), position, unit }))),
        run.expectations([answer, ...namedTokens(picture)].map(({ id }) => id), position),
        run.predictions(position),
      ]).finally(() => run.free());
      if (superseded() || of !== this.#of || !likely) return;
      const subject = subjectOf(picture);
      const charts = attributions.map((attribution) => Chart.about(attribution, subject));
      const patched = { ...picture, tokens, predictions, answer: likely, incorrect, more, attributions: byUnit(attributions), charts: byUnit(charts) };
      freeCharts(this.#retired);
      this.#retired = this.state.picture;
      this.set({ picture: patched });
    } catch (error) {
      if (!superseded() && of === this.#of) this.set({ problem: sentence(error) });
    }
  }
}
