import { contrastOf } from '../state/contrast';
import { isRemovable, positionsOf, type Reacted } from '../state/effects';
import type { Picture } from '../state/picture';
import { sentence } from '../words/format';
import type { AnswerStore } from './answer';
import { Latest } from './latest';
import { Store } from './store';
import type { ViewStore } from './view';

const NOTHING: Reacted = { of: undefined, removal: undefined, reaction: undefined, problem: undefined };

/** Takes the selected part out, when the reader asks what if, and finds who steps in: of the newest selection alone. */
export class ReactionStore extends Store<Reacted> {
  #picture?: Picture;
  readonly #explaining = new Latest((superseded) => this.#explain(superseded));

  constructor(
    private readonly answer: AnswerStore,
    private readonly view: ViewStore,
  ) {
    super(NOTHING);
    for (const store of [answer, view]) store.addEventListener('change', () => this.#follow());
  }

  #follow(): void {
    const { picture } = this.answer.state;
    const { selected, tab, whatIf } = this.view.state;
    const { ablation, at, corrupted } = whatIf;
    const asked = picture?.trail.length === 0 && tab === 'what-if' && corrupted === null;
    const of = asked && selected !== null && isRemovable(selected) ? selected : undefined;
    const { removal } = this.state;
    if (picture === this.#picture && of === this.state.of && (!of || (removal?.ablation === ablation && removal.at === at))) return;
    this.#picture = picture;
    this.set({ ...NOTHING, of, removal: { ablation, at } });
    if (of) void this.#explaining.request();
  }

  async #explain(superseded: () => boolean): Promise<void> {
    const picture = this.#picture;
    const { run } = this.answer;
    const { of, removal } = this.state;
    if (!picture || !of || !removal || !run || run.tokens !== picture.tokens) return;
    const { answer, position } = picture;
    const asked = { answer: answer.id, ...contrastOf(picture), position, part: of };
    try {
      const reaction = await run.reaction({ ...asked, ablation: removal.ablation, positions: positionsOf(removal, picture) });
      if (!superseded()) this.set({ reaction });
    } catch (error) {
      if (!superseded() && run === this.answer.run) this.set({ problem: sentence(error) });
    }
  }
}
