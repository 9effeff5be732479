import type { Run } from '../api/logitscope';
import { contrastOf } from '../state/contrast';
import type { Part } from '../state/part';
import { UNITS, type Picture } from '../state/picture';
import { follow } from '../state/trail';
import { sentence } from '../words/format';
import type { AnswerStore } from './answer';
import { Latest } from './latest';
import { Store } from './store';
import type { ViewStore } from './view';

const NOTHING: Part = { of: undefined, sources: undefined, pattern: undefined, neurons: undefined, problem: undefined };

/** Takes the part of the picture that is selected apart: the newest selection alone, and nothing of a picture before. */
export class PartStore extends Store<Part> {
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
    const { selected } = this.view.state;
    const of = selected !== null && picture && (isHead(selected) || isMlp(selected)) && isIn(picture, selected) ? selected : undefined;
    if (picture === this.#picture && of === this.state.of) return;
    this.#picture = picture;
    this.set({ ...NOTHING, of });
    void this.#explaining.request();
  }

  async #explain(superseded: () => boolean): Promise<void> {
    const picture = this.#picture;
    const { run } = this.answer;
    const { of } = this.state;
    // While another prompt is run, its run is there before its picture is.
    if (!picture || !of || !run || run.tokens !== picture.tokens) return;
    try {
      const part = await takenApart(run, picture, of);
      if (!superseded()) this.set(part);
    } catch (error) {
      // What was asked of a run that is gone by now will be asked of the next.
      if (!superseded() && run === this.answer.run) this.set({ problem: sentence(error) });
    }
  }
}

async function takenApart(run: Run, picture: Picture, of: string): Promise<Part> {
  const { asked } = follow(picture.trail, picture.position);
  const number = asked.explain ? asked : { ...asked, answer: picture.answer.id, ...contrastOf(picture) };
  if (isMlp(of)) return { neurons: await run.attribute({ ...number, unit: 'neuron', of }) };
  const [sources, pattern] = await Promise.all([run.attribute({ ...number, unit: 'source', of }), run.pattern(of)]);
  return { sources, pattern };
}

/** A link may have selected a part of the picture that is on its way. */
function isIn({ charts }: Picture, label: string): boolean {
  return UNITS.some((unit) => charts[unit].item(label));
}

function isHead(label: string): boolean {
  return /^L\d+H\d+$/.test(label);
}

function isMlp(label: string): boolean {
  return /^\d+_mlp_out$/.test(label);
}
