import { Chart } from '../api/logitscope';
import { SIDES, type Compared, type Side } from '../state/compared';
import { contrastOf } from '../state/contrast';
import { aligned } from '../state/patching';
import { UNITS, byUnit, freeCharts, type Numbers, type Picture } from '../state/picture';
import { sameItems } from '../state/same';
import { sentence } from '../words/format';
import { SIDE_NAMES } from '../words/patching';
import { subjectOf } from '../words/trail';
import { Latest } from './latest';
import type { PatchingStore } from './patching';
import { Store } from './store';
import type { ViewStore } from './view';

const NOTHING: Compared = { sides: undefined, problem: undefined };

/** Both sentences' answers taken apart, and their difference: when the reader compares who wrote them. */
export class ComparedStore extends Store<Compared> {
  /** What is compared: the first sentence's answer, and the second one's run. */
  #of: readonly unknown[] = [];
  /** What the charts that are shown move from: its memory is held until the next. */
  #retired?: Compared['sides'];
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
    const { corrupted, site } = this.view.state.whatIf;
    const asked = corrupted !== null && site === 'parts' && aligned(this.patching.state) && this.patching.corrupted;
    const of = asked ? [picture, this.patching.corrupted] : [];
    if (sameItems(of, this.#of)) return;
    this.#of = of;
    if (asked) void this.#explaining.request();
    else if (corrupted === null || site !== 'parts') this.set(NOTHING);
  }

  async #explain(superseded: () => boolean): Promise<void> {
    const of = this.#of;
    const { picture, tokens } = this.patching.state;
    const { clean, corrupted } = this.patching;
    if (of.length === 0 || !picture || !tokens || !clean || !corrupted) return;
    const question = { answer: picture.answer.id, ...contrastOf(picture), position: picture.position };
    const all = (ask: (unit: (typeof UNITS)[number]) => Promise<Numbers>) => Promise.all(UNITS.map(ask));
    try {
      const [second, difference] = await Promise.all([
        all((unit) => corrupted.attribute({ ...question, unit })),
        all((unit) => clean.difference(corrupted, { ...question, unit })),
      ]);
      if (superseded() || of !== this.#of) return;
      const first = UNITS.map((unit) => picture.attributions[unit]);
      const sides = picturesOf(picture, { clean: first, corrupted: second, difference }, tokens);
      for (const side of SIDES) freeCharts(this.#retired?.[side]);
      this.#retired = this.state.sides;
      this.set({ sides, problem: undefined });
    } catch (error) {
      if (!superseded() && of === this.#of) this.set({ problem: sentence(error) });
    }
  }
}

/** On the same scales, so that they can be compared by eye. */
function picturesOf(picture: Picture, attributions: Record<Side, readonly Numbers[]>, tokens: Picture['tokens']): Record<Side, Picture> {
  const charts = (side: Side) => attributions[side].map((attribution) => Chart.about(attribution, { ...subjectOf(picture), which: SIDE_NAMES[side] }));
  const drawn = { clean: charts('clean'), corrupted: charts('corrupted'), difference: charts('difference') };
  UNITS.forEach((_, i) => {
    const each = SIDES.map((side) => drawn[side][i]).filter((chart) => chart !== undefined);
    for (const chart of each) for (const { span } of each) chart.widen(...span);
  });
  const side = (name: Side): Picture => ({
    ...picture,
    tokens: name === 'corrupted' ? tokens : picture.tokens,
    attributions: byUnit(attributions[name]),
    charts: byUnit(drawn[name]),
  });
  return { clean: side('clean'), corrupted: side('corrupted'), difference: side('difference') };
}
