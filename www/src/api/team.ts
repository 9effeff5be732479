import { wrap, type Remote } from 'comlink';
import { bestEngine, engineModule, type Engine } from './engine.js';
import { LogitscopeError } from './errors.js';
import WorkerFromHere from './worker?worker&inline';
import type { Service } from './worker.js';

/**
 * The workers of one model, and the certainty that whatever they are asked is answered, if only with an error. The first
 * is the one that is asked; the others compute with it, and hear nothing else. All are started from here: a worker that
 * computes could start none. Their code comes with this module's: a worker by URL would have to be of the page's own
 * origin, and could not start offline.
 */
export class Team {
  readonly #workers: Worker[] = [];
  readonly #leader: Remote<Service>;
  readonly #pending = new Set<(reason: unknown) => void>();
  #ended: { reason: unknown } | undefined;

  private constructor(readonly engine: Engine) {
    this.#leader = this.#hire('logitscope');
  }

  /** At most so many threads, on the best engine that starts. */
  static async start(threads: number | undefined): Promise<Team> {
    const engine = await bestEngine(threads);
    if (engine.threads > 1) {
      try {
        return await Team.#with(engine);
      } catch {
        // Shared memory can be refused where all else is granted. If that was not it, one thread says what is wrong.
      }
    }
    return Team.#with({ ...engine, threads: 1 });
  }

  static async #with(engine: Engine): Promise<Team> {
    const module = await engineModule(engine);
    const team = new Team(engine);
    try {
      await team.#begin(module);
      return team;
    } catch (error) {
      team.terminate(error);
      throw error;
    }
  }

  async #begin(module: WebAssembly.Module): Promise<void> {
    const { threads } = this.engine;
    const helpers = Array.from({ length: threads - 1 }, (_, i) => this.#hire(`logitscope thread ${i + 2}`));
    const memory = await this.ask((leader) => leader.start(module, threads));
    if (!memory) return;
    await Promise.all(helpers.map((helper) => this.#answer(helper.enter(module, memory))));
    // What stops one thread leaves the others waiting for it: it is the end of all.
    for (const helper of helpers) helper.compute().catch((error) => this.terminate(LogitscopeError.from(error)));
  }

  #hire(name: string): Remote<Service> {
    const worker = new WorkerFromHere({ name });
    this.#workers.push(worker);
    worker.addEventListener('error', (event) => {
      const why = event.message ? `: ${event.message}` : '';
      this.terminate(new LogitscopeError('InternalError', `Logitscope's worker stopped${why}. Load the model again.`));
    });
    return wrap<Service>(worker);
  }

  ask<T>(ask: (leader: Remote<Service>) => Promise<T>): Promise<T> {
    return this.#ended ? Promise.reject(this.#ended.reason) : this.#answer(ask(this.#leader));
  }

  #answer<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      answer
        .then(resolve, (error) => reject(LogitscopeError.from(error)))
        .finally(() => this.#pending.delete(reject));
    });
  }

  /** Ends the workers; what was asked, and will be asked, rejects with `reason`. */
  terminate(reason: unknown): void {
    this.#ended ??= { reason };
    for (const worker of this.#workers) worker.terminate();
    for (const reject of this.#pending) reject(reason);
    this.#pending.clear();
  }
}
