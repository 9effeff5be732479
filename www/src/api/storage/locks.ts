/** Deletions wait so long for a model that is in use: a worker that was ended holds its lock for a moment yet. */
const PATIENCE_MS = 1000;

/**
 * Reads (`shared`) or makes (`exclusive`) what is kept of a model, while no tab changes it under one's hands.
 *
 * @param waits - called if another tab has it, and has to be waited for
 */
export async function holding<T>(url: string, mode: LockMode, waits: () => void, work: () => Promise<T>): Promise<T> {
  const name = lockOf(url);
  const done = await navigator.locks.request(name, { mode, ifAvailable: true }, async (lock) => lock && { result: await work() });
  if (done) return done.result;
  waits();
  return navigator.locks.request(name, { mode }, work);
}

/** Does something alone, or rejects with a `TimeoutError` if a model goes on being read or downloaded. */
export async function alone(url: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(lockOf(url), { signal: AbortSignal.timeout(PATIENCE_MS) }, work);
}

function lockOf(url: string): string {
  return `logitscope-model ${url}`;
}
