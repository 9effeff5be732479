import { held, leastHeld } from './held';
import { expect, test } from './test';

test('models on two threads that are closed give all of their memory back', async ({ page, server, browser }) => {
  await page.goto(`${server.origin}/an/article`);
  const api = await page.evaluateHandle<typeof import('../src/api/logitscope')>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
  /** Opens and closes so many models, and holds on to them: what is closed takes no memory, whoever may still know of it. */
  const open = async (times: number, model: string) => {
    await api.evaluate(
      async ({ Logitscope }, { times, model }) => {
        const known = ((globalThis as { known?: unknown[] }).known ??= []);
        for (let i = 0; i < times; i += 1) {
          const scope = await Logitscope.load(model, { threads: 2, keep: false, onProgress: () => known });
          if (scope.engine.threads !== 2) throw new Error(`after ${i} models there is one thread`);
          const run = await scope.run([1, 5, 9]);
          await run.attribute({ answer: 5, unit: 'head' });
          scope.close();
          known.push(scope, run);
        }
      },
      { times, model },
    );
    // A thread that computes is ended by the browser two seconds after it was told to end.
    await expect.poll(() => page.workers().length).toBe(0);
  };
  await open(5, `${server.page}models/bundled/`);
  const before = await leastHeld(browser);
  await open(30, `${server.page}models/bundled/`);
  await expect.poll(() => held(browser)).toBeLessThan(before + 60);
  // Each takes 8 GB of addresses, of which a page has 1,000 GB: enough for some 120.
  await open(110, server.model('tiny-a'));
  await expect.poll(() => held(browser)).toBeLessThan(before + 60);
});
