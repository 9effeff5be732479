const inside = `
let start = 0;
addEventListener('message', () => { start = performance.now(); });
const post = self.postMessage;
self.postMessage = (message, ...rest) => post.call(self, { ...message, computed: performance.now() - start }, ...rest);
`;
const script = (code: string) => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
const clock = script(inside);
let computed = 0;

/** A worker that tells with each answer how long it took to compute, the way of the message not counted. */
class ClockedWorker extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(script(`import '${clock}'; import '${new URL(url, location.href)}';`), { ...options, type: 'module' });
    this.addEventListener('message', ({ data }) => {
      if (typeof data?.computed === 'number') computed += data.computed;
    });
  }
}

/** From now on, workers tell how long they compute. */
export function clockWorkers(): void {
  globalThis.Worker = ClockedWorker;
}

/** Milliseconds that workers computed for an answer. */
export async function computing(ask: () => Promise<unknown>): Promise<number> {
  const before = computed;
  await ask();
  return computed - before;
}

/** Milliseconds until an answer. */
export async function timed<T>(ask: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const answer = await ask();
  return [performance.now() - start, answer];
}
