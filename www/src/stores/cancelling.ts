import type { Cancelling } from '../api/logitscope';
import { contrastOf } from '../state/contrast';
import type { Picture } from '../state/picture';
import type { AnswerStore } from './answer';
import { Latest } from './latest';
import { Store } from './store';

interface Cancels {
  /** Of which picture. */
  picture?: Picture;
  pairs: readonly Cancelling[];
}

/** Parts of the answer of which a later one erases what an earlier one wrote: of the whole question, once that is answered. */
export class CancellingStore extends Store<Cancels> {
  #picture?: Picture;
  readonly #finding = new Latest((superseded) => this.#find(superseded));

  constructor(private readonly answer: AnswerStore) {
    super({ picture: undefined, pairs: [] });
    answer.addEventListener('change', () => this.#follow());
  }

  #follow(): void {
    const { picture, sources } = this.answer.state;
    if (picture === this.#picture || !sources) return;
    this.#picture = picture;
    void this.#finding.request();
  }

  async #find(superseded: () => boolean): Promise<void> {
    const picture = this.#picture;
    const { run } = this.answer;
    // While another prompt is run, its run is there before its picture is.
    if (!picture || picture.trail.length > 0 || !run || run.tokens !== picture.tokens) return;
    try {
      const pairs = await run.cancelling({ answer: picture.answer.id, ...contrastOf(picture), position: picture.position, unit: 'head' });
      if (!superseded()) this.set({ picture, pairs });
    } catch {
      // The run is gone by now, and so is what was asked of it.
    }
  }
}
