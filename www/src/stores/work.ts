import type { Worked } from '../state/work';
import { sentence } from '../words/format';
import { Store } from './store';

/** Of what takes its time to be known: the reader can stop the work, and let it go on. */
export abstract class WorkStore<State extends Worked> extends Store<State> {
  #working?: AbortController;

  stop(): void {
    this.abandon();
    this.#tell({ work: undefined, stopped: true });
  }

  again(): void {
    this.#tell({ stopped: false, problem: undefined });
    this.begin();
  }

  /** Asks for what is not known yet, if it is wanted. */
  protected abstract begin(): void;

  protected get working(): boolean {
    return this.#working !== undefined;
  }

  /** What is under way is not wanted any more. */
  protected abandon(): void {
    this.#working?.abort();
    this.#working = undefined;
  }

  /** Begins a job instead of the one under way; tells why it came to nothing, unless it was abandoned. */
  protected async work(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.abandon();
    const working = new AbortController();
    this.#working = working;
    try {
      await job(working.signal);
    } catch (error) {
      if (!working.signal.aborted) this.#tell({ work: undefined, problem: sentence(error) });
    } finally {
      if (this.#working === working) this.#working = undefined;
    }
  }

  #tell(worked: Partial<Worked>): void {
    this.set(worked as Partial<State>);
  }
}
