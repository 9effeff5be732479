import { presetQuestion, presets, type Preset } from '../state/presets';
import type { Field, Question } from '../state/question';
import { Commit, Store } from './store';

/** Typing waits so long for the next key before the model runs. */
const TYPING_MS = 150;

/** An answer that takes no longer is given to each keystroke, without waiting for a pause. */
const QUICK_MS = 250;

const FIRST: Question = { prompt: '', prependBos: true, generated: [], position: null, answer: '', incorrect: '', more: [], byProbability: false, trail: [] };

/**
 * What the reader asks. An `ask` event says that it is to be answered, a `type` event that it soon will be; a {@link Commit}
 * before a change that the reader may want to undo.
 */
export class QuestionStore extends Store<Question> {
  /** The id of the token at the chosen position: the choice lasts as long as this token stays there. */
  anchor?: number;
  /** Milliseconds that the newest answer took. */
  took = Infinity;
  /** The words that the reader typed or chose. The others came with the prompt, and go when that is edited. */
  #own: readonly Field[] = [];
  #typing?: number;

  constructor() {
    super(FIRST);
  }

  /** Whether answers are quick, as far as the newest one tells. */
  get quick(): boolean {
    return this.took < QUICK_MS;
  }

  get own(): readonly Field[] {
    return this.#own;
  }

  /** The reader asks something else, at once. */
  ask(change: Partial<Question> = {}): void {
    this.dispatchEvent(new Commit(false));
    this.#take(change);
    this.#answer();
  }

  /** As {@link ask}, once the reader pauses, or at once where answers are quick. */
  type(change: Partial<Question>): void {
    this.dispatchEvent(new Commit(true));
    this.#take(change);
    this.dispatchEvent(new Event('type'));
    clearTimeout(this.#typing);
    this.#typing = window.setTimeout(() => this.#answer(), this.quick ? 0 : TYPING_MS);
  }

  /** Says the same question in another way, or one whose answer is on its way: nothing is asked. */
  change(change: Partial<Question>): void {
    this.set(change);
  }

  /** Asks what follows from something else that the reader did, or what was asked before: nothing to undo. */
  renew(change: Partial<Question> = {}, own = this.#own): void {
    this.#own = own;
    this.change(change);
    this.#answer();
  }

  /** A new prompt: what the model wrote after the one before goes, and so do the words that came with that. */
  typePrompt(prompt: string): void {
    const came = presets.find((preset) => preset.prompt === prompt && this.#own.length === 0);
    const { answer, incorrect, more } = this.state;
    const words = {
      answer: this.#own.includes('answer') ? answer : (came?.answer ?? ''),
      incorrect: this.#own.includes('incorrect') ? incorrect : (came?.incorrect ?? ''),
      more: this.#own.includes('incorrect') ? more : [],
    };
    const own = this.#own;
    this.type({ prompt, generated: [], ...words });
    this.#own = own;
  }

  show(preset: Preset): void {
    this.anchor = undefined;
    this.ask(presetQuestion(preset));
    this.#own = [];
  }

  /** Goes in by a step. */
  goIn(step: string): void {
    this.ask({ trail: [...this.state.trail, step] });
  }

  /** Takes another step instead of the last. */
  goOver(step: string): void {
    this.ask({ trail: [...this.state.trail.slice(0, -1), step] });
  }

  /** Goes out to so many steps. */
  goOut(level: number): void {
    this.ask({ trail: this.state.trail.slice(0, level) });
  }

  setBos(prependBos: boolean): void {
    const { position } = this.state;
    const moved = position === null ? null : Math.max(0, position + (prependBos ? 1 : -1));
    this.ask({ prependBos, position: moved });
  }

  /** Makes a change of the reader's: words in it are the reader's own. */
  #take(change: Partial<Question>): void {
    const fields = ['answer', 'incorrect'] as const;
    const own = (field: Field) => (change[field] === undefined ? this.#own.includes(field) : change[field] !== '');
    this.#own = fields.filter(own);
    // A way in is one through this prompt, from this position.
    const elsewhere = ['prompt', 'position', 'prependBos', 'generated'].some((piece) => piece in change);
    this.set(elsewhere && !change.trail ? { ...change, trail: [] } : change);
  }

  #answer(): void {
    clearTimeout(this.#typing);
    this.dispatchEvent(new Event('ask'));
  }
}
