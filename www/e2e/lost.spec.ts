import type { Page } from '@playwright/test';
import type { FileServer } from './server';
import { expect, test } from './test';
import { beforeWorkers, replaceExport } from './workers';

/** Loads a model on so many threads, asks it what ends it, and then loads it again. */
async function ask(page: Page, server: FileServer, threads: number) {
  await page.goto(`${server.origin}/an/article`);
  return page.evaluate(
    async ({ api, model, threads }) => {
      const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
      const told = (promise: Promise<unknown>) => promise.then(() => 'answered', (error: Error) => error);
      const scope = await Logitscope.load(model, { threads, keep: false });
      const run = await scope.run([1, 5, 9]);
      const pending = [told(scope.run([1, 5, 13])), told(run.predictions()), told(scope.generate([1, 5]))];
      const lost = await scope.lost;
      const answers = await Promise.all([...pending, told(run.attribute({ answer: 5, unit: 'head' })), told(scope.memory())]);
      run.free();
      const another = await Logitscope.load(model, { threads, keep: false });
      const after = await told(another.run([1, 5, 9]));
      const alone = await Promise.race([another.lost, new Promise((resolve) => setTimeout(resolve, 100, 'in use'))]);
      another.close();
      const closed = await Promise.race([another.lost, new Promise((resolve) => setTimeout(resolve, 100, 'closed'))]);
      return { same: answers.every((answer) => answer === lost), lost: `${lost.name}: ${lost.message}`, after, alone, closed };
    },
    { api: `${server.page}logitscope.js`, model: server.model('tiny-a'), threads },
  );
}

/** What happens in the first worker on the second prompt. */
const causes: [string, string, RegExp][] = [
  ['memory runs out', `throw new WebAssembly.RuntimeError('unreachable')`, /^MemoryError: WebAssembly stopped \(unreachable\) with \d+ MB in use.* shorter prompt/],
  ['Rust panics', `throw Object.assign(new Error('index out of bounds'), { name: 'PanicError' })`, /^InternalError: index out of bounds\. This is a bug/],
  ['a worker stops to answer', `self.postMessage = () => {}; setTimeout(() => { throw new Error('out of the blue'); });`, /^InternalError: Logitscope's worker stopped.*out of the blue/],
];

for (const threads of [1, 2]) {
  for (const [what, code, says] of causes) {
    test(`when ${what}, a model on ${threads === 1 ? 'one thread' : 'two threads'} ends, says so to all who ask, and another loads`, async ({ page, server }) => {
      const second = `(run) => { let runs = 0; return (...given) => { if (++runs === 2) { ${code} } return run(...given); }; }`;
      await beforeWorkers(page, replaceExport('model_run', second));
      const result = await ask(page, server, threads);
      expect(result.lost).toMatch(says);
      expect(result).toMatchObject({ same: true, after: 'answered', alone: 'in use', closed: 'closed' });
      await expect.poll(() => page.workers().length).toBe(0);
    });
  }
}

test('where there is no memory for another model, that is said', async ({ page, server }) => {
  await beforeWorkers(page, `WebAssembly.instantiate = async () => { throw new RangeError('out of memory'); };`);
  await page.goto(`${server.origin}/an/article`);
  const refused = await page.evaluate(
    async ({ api, model }) => {
      const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
      return Logitscope.load(model, { keep: false }).then(String, ({ name, message }: Error) => `${name}: ${message}`);
    },
    { api: `${server.page}logitscope.js`, model: server.model('tiny-a') },
  );
  expect(refused).toMatch(/^MemoryError: The browser has no memory for another model \(out of memory\)\. Close other models/);
  await expect.poll(() => page.workers().length).toBe(0);
});
