import type { GenerateOptions, Logitscope, Token } from '../api/logitscope';
import type { Problem, Question } from '../state/question';
import { sentence } from '../words/format';
import type { AnswerStore } from './answer';
import type { ModelStore } from './models';
import { promptIds } from './prompt';
import type { QuestionStore } from './question';
import { Commit, Store } from './store';

export interface Generation {
  running: boolean;
  problem?: Problem;
}

/** Lets the model continue the prompt; the tokens join the question as they come. */
export class GenerationStore extends Store<Generation> {
  #running?: AbortController;
  /** With whom it runs, and what it wrote so far: if the page has another model or text, it is at its end. */
  #scope?: Logitscope;
  #written: readonly number[] = [];
  /** What it continues. */
  #asked?: Question;

  constructor(
    private readonly models: ModelStore,
    private readonly question: QuestionStore,
    private readonly answer: AnswerStore,
  ) {
    super({ running: false });
    models.addEventListener('change', () => models.scope !== this.#scope && this.#leave());
    question.addEventListener('change', () => this.#asked && !this.#goesOn(this.#asked) && this.#leave());
  }

  async start(options: GenerateOptions): Promise<void> {
    const { scope } = this.models;
    if (!scope) return;
    this.stop();
    const running = new AbortController();
    const asked = this.question.state;
    this.#running = running;
    this.#scope = scope;
    this.#written = asked.generated;
    this.#asked = asked;
    let { position } = asked;
    this.set({ running: true, problem: undefined });
    try {
      const ids = await promptIds(scope, asked);
      running.signal.throwIfAborted();
      // The picture stays where it is, so the first new token is the one that it explains.
      if (ids.length) position ??= ids.length - 1;
      this.question.dispatchEvent(new Commit(true));
      this.question.change({ position });
      const onToken = (token: Token) => {
        if (running.signal.aborted) return;
        this.#written = [...this.#written, token.id];
        this.question.change({ generated: this.#written });
        this.answer.append(token);
      };
      await scope.generate(ids, { ...options, signal: running.signal, onToken });
    } catch (error) {
      if (!running.signal.aborted) this.set({ problem: { message: sentence(error) } });
    }
    if (this.#running !== running) return;
    const goesOn = this.#goesOn(asked);
    const moved = this.#written === asked.generated && this.question.state.position === position;
    this.#running = undefined;
    this.set({ running: false });
    // Another question that came meanwhile has a position of its own, and was asked.
    if (goesOn) this.question.renew(moved ? { position: asked.position } : {});
  }

  stop(): void {
    this.#running?.abort();
  }

  /** Drops what the model wrote. */
  clear(): void {
    this.question.ask({ generated: [], position: null });
  }

  /** Whether the page asks what is being continued, with what was written so far. */
  #goesOn({ prompt, prependBos }: Question): boolean {
    const { state } = this.question;
    return state.generated === this.#written && state.prompt === prompt && state.prependBos === prependBos;
  }

  #leave(): void {
    this.stop();
    if (this.state.problem) this.set({ problem: undefined });
  }
}
