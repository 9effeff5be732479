import { releaseProxy, transfer, wrap, type Remote } from 'comlink';
import { bestEngine, ready, type Engine, type Ready } from './engine.js';
import { LogitscopeError } from './errors.js';
import type { Lost } from './guard.js';
import type { Assets } from './modules.js';
import { ownScript } from '../trusted.js';
import code from './worker?code';
import type { Service } from './worker.js';

export interface TeamOptions extends Assets {
  threads?: number;
  workerUrl?: string | URL;
}

/**
 * The workers of one model, and the certainty that whatever they are asked is answered, if only with an error. The first
 * is the one that is asked; the others compute with it, and hear nothing else. All are started from here: a worker that
 * computes could start none. Their code comes with this module's: a worker by URL would have to be of the page's own
 * origin, and could not start offline. Where a page's policy refuses such workers, it names one that it has.
 *
 * The model's memory is the workers' alone: it passes between them, never through the page, and goes when they end,
 * whenever the page's garbage is collected.
 */
export class Team {
  engine!: Engine;
  /** Why the engine is not the best that starts here, if it is not. */
  notice: string | undefined;
  /** Resolves if the workers end for a reason of their own. */
  readonly lost: Promise<LogitscopeError>;
  readonly #hired: { worker: Worker; service: Remote<Service> }[] = [];
  readonly #leader: Remote<Service>;
  readonly #watching = new AbortController();
  readonly #pending = new Set<(reason: unknown) => void>();
  #tellLost!: (error: LogitscopeError) => void;
  #ended: { reason: unknown } | undefined;

  private constructor(readonly workerUrl: URL | undefined) {
    this.lost = new Promise((resolve) => (this.#tellLost = resolve));
    this.#leader = this.#hire('logitscope');
  }

  /** At most so many threads, on the best engine that starts. */
  static async start({ threads, workerUrl, ...assets }: TeamOptions): Promise<Team> {
    const engine = await bestEngine(threads);
    const script = workerUrl === undefined ? undefined : workerScript(workerUrl);
    if (engine.threads > 1) {
      try {
        return await Team.#with(ready(engine, assets), script);
      } catch {
        // Shared memory can be refused where all else is granted. If that was not it, one thread says what is wrong.
      }
    }
    return Team.#with(ready({ ...engine, threads: 1 }, assets), script);
  }

  /** The first worker starts while the module is compiled. */
  static async #with(preparing: Promise<Ready>, script: URL | undefined): Promise<Team> {
    preparing.catch(() => {});
    const team = new Team(script);
    try {
      await team.#begin(await preparing);
      return team;
    } catch (error) {
      team.end(error);
      throw error;
    }
  }

  async #begin({ engine, notice, module }: Ready): Promise<void> {
    this.engine = engine;
    this.notice = notice;
    const helpers = Array.from({ length: this.engine.threads - 1 }, (_, i) => this.#hire(`logitscope thread ${i + 2}`));
    const channels = helpers.map((helper) => ({ helper, channel: new MessageChannel() }));
    const ports = channels.map(({ channel }) => channel.port1);
    // The memory is sent before anyone waits for it: at a port that is listened to already, Firefox loses it.
    await Promise.all([this.ask((leader) => leader.start(module, transfer(ports, ports))), this.#watch()]);
    await Promise.all(
      channels.map(({ helper, channel: { port2 } }) => this.#answer(helper.enter(module, transfer(port2, [port2])))),
    );
    // One that stops leaves the others waiting for it: it is the end of all.
    for (const helper of helpers) helper.compute().catch((error) => this.#lose(LogitscopeError.from(error)));
  }

  /** Learns of the end of a worker that nobody told of: each holds a lock, which is free when it is no more. */
  async #watch(): Promise<void> {
    // Not in every frame, and not in pages that came by http.
    if (!navigator.locks) return;
    const { signal } = this.#watching;
    const gone = () => this.#lose(new LogitscopeError('InternalError', "Logitscope's worker was ended from outside. Load the model again."));
    const holding = this.#hired.map(async ({ service }) => {
      const lock = `logitscope-worker-${crypto.randomUUID()}`;
      try {
        await this.#answer(service.hold(lock));
      } catch {
        return; // The browser refuses locks here.
      }
      navigator.locks.request(lock, { signal }, gone).catch(() => {});
    });
    await Promise.all(holding);
  }

  #hire(name: string): Remote<Service> {
    const worker = startWorker(name, this.workerUrl);
    worker.addEventListener('message', ({ data }: MessageEvent<Partial<Lost>>) => {
      if (data.lost) this.#lose(new LogitscopeError(data.lost.name, data.lost.message));
    });
    worker.addEventListener('error', (event) => {
      // Of a script that did not even load there is none.
      if (event.message === undefined) return this.#lose(notStarted(this.workerUrl));
      const why = event.message ? `: ${event.message}` : '';
      this.#lose(new LogitscopeError('InternalError', `Logitscope's worker stopped${why}. Load the model again.`));
    });
    const service = wrap<Service>(worker);
    this.#hired.push({ worker, service });
    return service;
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

  #lose(error: LogitscopeError): void {
    if (this.#ended) return;
    this.end(error);
    this.#tellLost(error);
  }

  /** Ends the workers; what was asked, and will be asked, rejects with `reason`. */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#watching.abort();
    for (const { worker, service } of this.#hired.splice(0)) {
      worker.terminate();
      // Comlink would hold the worker, and through it this team, for ever.
      service[releaseProxy]();
    }
    for (const reject of this.#pending) reject(this.#ended.reason);
    this.#pending.clear();
  }
}

/** Where the workers' code is: made once, and good for as long as the page stands. */
let codeUrl: string | undefined;

function startWorker(name: string, workerUrl: URL | undefined): Worker {
  codeUrl ??= inlinedCode();
  try {
    return new Worker(ownScript(workerUrl ?? codeUrl), { name });
  } catch (error) {
    throw notStarted(workerUrl, error);
  }
}

/** In a sandboxed frame, which is of no origin, WebKit starts no worker from a blob; under a Content-Security-Policy blobs are what is allowed. */
function inlinedCode(): string {
  if (origin === 'null') return `data:text/javascript,${encodeURIComponent(code)}`;
  return URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
}

function workerScript(workerUrl: string | URL): URL {
  try {
    return new URL(workerUrl, document.baseURI);
  } catch {
    throw new LogitscopeError('ArgumentError', `workerUrl: ${JSON.stringify(String(workerUrl))} is not the URL of a script`);
  }
}

function notStarted(workerUrl: URL | undefined, cause?: unknown): LogitscopeError {
  const trusted = 'where it asks for Trusted Types, "trusted-types logitscope"';
  const message = workerUrl
    ? `workerUrl: no worker starts from ${workerUrl}. It has to be the package's worker.js, of the page's own origin, and a ` +
      `Content-Security-Policy has to allow it: by worker-src and, ${trusted}.`
    : 'This page lets Logitscope start no worker. A Content-Security-Policy has to have "worker-src blob:" and, ' +
      `${trusted}. Without "blob:", name by the option workerUrl a copy of the package's worker.js on your own server.`;
  return new LogitscopeError('UnsupportedError', message, { cause });
}
