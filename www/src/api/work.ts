import type { Remote } from 'comlink';
import type { Known, Service } from './worker.js';

/** For questions that a newer one can supersede. */
export interface Abortable {
  /** A question whose signal is aborted before its turn is not computed. It rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** How far work is that takes its time. */
export interface Work<T> {
  /** How much is done, of `total`: multiply-adds, or prompts of a set. */
  done: number;
  total: number;
  /** Seconds that are left, by how long it took so far. */
  secondsLeft: number;
  /** What is known by now: numbers that are not known yet are NaN. */
  known: T;
}

/** For work that takes its time: other questions are answered in between. */
export interface Working<T> extends Abortable {
  /** Called about ten times a second, and at the end. The work waits for a promise that it returns: so it pauses, and goes on where it was. */
  onProgress?: (work: Work<T>) => unknown;
}

/**
 * Asks the worker, after everything asked before.
 *
 * @internal
 */
export type Call = <T>(ask: (service: Remote<Service>) => Promise<T>, signal?: AbortSignal) => Promise<T>;

/**
 * What options of work that takes its time are.
 *
 * @internal
 */
export const WORKING = { signal: 'signal', onProgress: 'function' } as const;

/**
 * Does work that `start` begins, a turn at a time, so that other questions are answered in between. `shape` makes of what is known what
 * is told.
 *
 * @internal
 */
export async function work<T, K extends Known>(
  call: Call,
  start: (service: Remote<Service>) => Promise<number>,
  { signal, onProgress }: Working<T>,
  shape: (known: K) => T,
): Promise<T> {
  const handle = await call(start, signal);
  let begun = performance.now();
  let told = begun;
  try {
    for (;;) {
      const tell = onProgress !== undefined && performance.now() - told > 100;
      const { more, done, total, known } = await call((service) => service.advance(handle, tell), signal);
      if (known) {
        const tells = performance.now();
        const secondsLeft = ((tells - begun) / 1000) * (total / Math.max(1, done) - 1);
        await onProgress?.({ done, total, secondsLeft, known: shape(known as K) });
        told = performance.now();
        begun += told - tells;
      }
      if (!more) return shape(known as K);
    }
  } finally {
    call((service) => service.free(handle)).catch(() => {});
  }
}
