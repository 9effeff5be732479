import type { Remote } from 'comlink';
import type { Call, Working } from './run.js';
import type { Known, Service } from './worker.js';

/** What options of work that takes its time are. */
export const WORKING = { signal: 'signal', onProgress: 'function' } as const;

/**
 * Does work that `start` begins, a turn at a time, so that other questions are answered in between. `shape` makes of what is known what
 * is told.
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
