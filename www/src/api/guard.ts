import { LogitscopeError, isTrap, type LogitscopeErrorName } from './errors.js';

/** What a worker tells the page when WebAssembly stopped in it: nothing there can be relied on any more. */
export interface Lost {
  lost: { name: LogitscopeErrorName; message: string };
}

/**
 * Every function of a service, answering with {@link LogitscopeError}s alone. After a trap the page is told first that
 * the worker is {@link Lost}, and then the caller.
 *
 * @param bytes - how much memory WebAssembly has taken
 */
export function guarded<T extends Record<string, (...args: never[]) => unknown>>(functions: T, bytes: () => number): T {
  const fail = (error: unknown): never => {
    if (!isTrap(error)) throw LogitscopeError.from(error);
    const reason = trapped(error, bytes());
    const { name, message } = reason;
    postMessage({ lost: { name, message } } satisfies Lost);
    throw reason;
  };
  const guard =
    (work: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      try {
        const result = work(...args);
        return result instanceof Promise ? result.catch(fail) : result;
      } catch (error) {
        return fail(error);
      }
    };
  return Object.fromEntries(Object.entries(functions).map(([name, work]) => [name, guard(work)])) as T;
}

/** What to say of a trap. */
function trapped(trap: unknown, bytes: number): LogitscopeError {
  const what = trap instanceof Error ? trap.message : String(trap);
  if (trap instanceof Error && trap.name === 'PanicError') {
    return new LogitscopeError('InternalError', `${what}. This is a bug in Logitscope; load the model again.`);
  }
  if (bytes === 0) {
    const message = `The browser has no memory for another model (${what}). Close other models, or other tabs, and load it again.`;
    return new LogitscopeError('MemoryError', message);
  }
  const megabytes = Math.round(bytes / 2 ** 20);
  return new LogitscopeError(
    'MemoryError',
    `WebAssembly stopped (${what}) with ${megabytes} MB in use, most likely for ` +
      'want of memory: a tab has at most 4,096 MB. Load the model again, and give it a shorter prompt, or a smaller model.',
  );
}
