import type { Preset } from '../state/presets';
import type { Question } from '../state/question';
import { Store } from './store';

/** Typing waits so long for the next key before the model runs. */
const TYPING_MS = 150;

const FIRST: Question = { prompt: '', prependBos: true, generated: [], position: null, answer: '', incorrect: '' };

/**
 * What the reader asks. An `ask` event says that it is to be answered, a `type` event that it soon will be.
 */
export class QuestionStore extends Store<Question> {
  /** The id of the token at the chosen position: the choice lasts as long as this token stays there. */
  anchor?: number;
  #typing?: number;

  constructor() {
    super(FIRST);
  }

  /** Asks something else, at once. */
  ask(change: Partial<Question> = {}): void {
    this.change(change);
    clearTimeout(this.#typing);
    this.dispatchEvent(new Event('ask'));
  }

  /** As {@link ask}, once the reader pauses. */
  type(change: Partial<Question>): void {
    this.change(change);
    this.dispatchEvent(new Event('type'));
    clearTimeout(this.#typing);
    this.#typing = window.setTimeout(() => this.ask(), TYPING_MS);
  }

  /** Says the same question in another way, or one whose answer is on its way: nothing is asked. */
  change(change: Partial<Question>): void {
    this.set(change);
  }

  /** A new prompt: what the model wrote after the one before goes. */
  typePrompt(prompt: string): void {
    this.type({ prompt, generated: [] });
  }

  show({ prompt, answer, incorrect = '' }: Preset): void {
    this.anchor = undefined;
    this.ask({ prompt, answer, incorrect, prependBos: true, generated: [], position: null });
  }

  setBos(prependBos: boolean): void {
    const { position } = this.state;
    const moved = position === null ? null : Math.max(0, position + (prependBos ? 1 : -1));
    this.ask({ prependBos, position: moved });
  }
}
