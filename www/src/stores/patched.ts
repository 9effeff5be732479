import { Chart, type Patching } from '../api/logitscope';
import type { Cell, Patched } from '../state/patching';
import { UNITS, type Picture, type Shown } from '../state/picture';
import { sentence } from '../words/format';
import { subjectOf } from '../words/trail';
import { Latest } from './latest';
import type { PatchingStore } from './patching';
import { Store } from './store';

const NOTHING: Patched = { cell: null, picture: undefined, problem: undefined };

/** The second sentence with one activation of the first one, taken apart as any answer is. */
export class PatchedStore extends Store<Patched> {
  /** What is shown, and what that moves from: their memory is held until the next. */
  #retired?: Picture;
  #patching?: Patching;
  readonly #explaining = new Latest((superseded) => this.#explain(superseded));

  constructor(private readonly patching: PatchingStore) {
    super(NOTHING);
    patching.addEventListener('change', () => {
      if (patching.state.patching === this.#patching) return;
      this.#patching = patching.state.patching;
      this.goOut();
    });
  }

  goIn(cell: Cell): void {
    this.set({ ...NOTHING, cell });
    void this.#explaining.request();
  }

  goOut(): void {
    if (this.state.cell) this.set(NOTHING);
  }

  async #explain(superseded: () => boolean): Promise<void> {
    const { cell } = this.state;
    const { picture, tokens, site } = this.patching.state;
    const { clean, corrupted } = this.patching;
    if (!cell || !picture || !tokens || !clean || !corrupted) return;
    const { answer, incorrect, position } = picture;
    try {
      const run = await clean.patched(corrupted, { site, at: [...cell] });
      const [attributions, [likely, unlikely], predictions] = await Promise.all([
        Promise.all(UNITS.map((unit) => run.attribute({ answer: answer.id, incorrect: incorrect?.id, position, unit }))),
        run.expectations([answer, ...(incorrect ? [incorrect] : [])].map(({ id }) => id), position),
        run.predictions(position),
      ]);
      run.free();
      if (superseded() || this.state.cell !== cell || !likely) return;
      const subject = subjectOf(picture);
      const charts = attributions.map((attribution) => Chart.about(attribution, subject));
      const by = <T>(values: T[]) => Object.fromEntries(UNITS.map((unit, i) => [unit, values[i]])) as Record<Shown, T>;
      const patched = { ...picture, tokens, predictions, answer: likely, incorrect: unlikely, attributions: by(attributions), charts: by(charts) };
      UNITS.forEach((unit) => this.#retired?.charts[unit].free());
      this.#retired = patched;
      this.set({ picture: patched });
    } catch (error) {
      if (!superseded() && this.state.cell === cell) this.set({ problem: sentence(error) });
    }
  }
}
