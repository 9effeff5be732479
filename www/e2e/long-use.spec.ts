import { randomModel } from './checkpoint';
import { held, inUse } from './held';
import { expect, test } from './test';

/** Rounds of what a reader does: in 100 a thousand prompts, 200 generations, 200 places of the slider, and 100 models on as many threads as the page takes. */
const ROUNDS = Number(process.env['ROUNDS'] ?? 2);

/** Prompts typed in a round. */
const TYPED = 12;

test('a page in use for long takes no more memory than one in use for a moment', async ({ scope, page, server, browser }) => {
  test.setTimeout(60_000 + ROUNDS * 30_000);
  const other = `#model=${encodeURIComponent(server.make('other', randomModel({ n_layer: 4, n_head: 8, n_embd: 64, n_positions: 128, vocab_size: 500 })))}&prompt=1,5,9`;
  const go = (hash: string) => page.evaluate((hash) => (location.hash = hash), hash);
  const written = page.getByRole('button', { name: /written by the model/ });
  const [who, whatIf] = [page.getByRole('tab', { name: 'Who wrote it' }), page.getByRole('tab', { name: 'What if' })];
  const steps = (await scope.checkpoints()).length;

  const round = async (i: number) => {
    for (const place of ['store', 'park']) {
      for (const name of ['Mary', 'Tom', 'Anna', 'Paul', 'Kate']) {
        await scope.prompt.fill(`When ${name} and John went to the ${place} number ${i}, John gave a drink to`);
        await scope.answered();
      }
      await page.getByRole('button', { name: 'Generate…' }).click();
      await page.getByRole('button', { name: 'Generate', exact: true }).click();
      await expect(written.nth(2)).toBeVisible();
    }
    await scope.prompt.fill('When Mary and John went to the store, John gave a drink to '.repeat(3).trim());
    // Left while every part is taken out.
    await whatIf.click();
    await who.click();
    await scope.prompt.fill(`The capital of Italy, ${i}, is`);
    await scope.answered();
    await scope.goTo(i % (steps - 1));
    await scope.goTo(steps - 1);
    await go(other);
    if (i === 0) await scope.accept();
    await expect(scope.modelButton).toHaveAccessibleName(/other/);
    await scope.answered();
    expect((await inUse(scope)).threads).toBe(await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency)));
    await go('#prompt=The+capital+of+France+is&answer=+Paris');
    await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
    await scope.answered();
  };

  const devtools = await page.context().newCDPSession(page);
  const taken = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
    return { page: await held(browser), model: (await inUse(scope)).bytes / 1e6, nodes, listeners: jsEventListeners };
  };

  const WARM = 1;
  for (let i = 0; i < WARM; i += 1) await round(i);
  await expect.poll(() => page.workers().length).toBe(1);
  const before = await taken();
  for (let i = WARM; i < WARM + ROUNDS; i += 1) await round(i);
  // A thread that computes is ended by the browser two seconds after it was told to end.
  await expect.poll(() => page.workers().length).toBe(1);
  // The memory of what is no more is given back some time later.
  await expect(async () => {
    const after = await taken();
    console.log(`${ROUNDS} rounds: the page from ${before.page.toFixed(0)} to ${after.page.toFixed(0)} MB, its model from ${before.model.toFixed(1)} to ${after.model.toFixed(1)} MB, ${before.nodes} to ${after.nodes} nodes`);
    expect(after.model - before.model).toBeLessThan(10);
    expect(after.page - before.page).toBeLessThan(100);
    expect(after.listeners - before.listeners).toBeLessThan(100);
    // Chromium can undo what was typed: it keeps a node of each text, of the last thousand.
    expect(after.nodes - before.nodes).toBeLessThan(300 + Math.min(TYPED * ROUNDS, 1_000));
  }).toPass({ timeout: 15_000 });
  expect((await scope.numbers()).answer.text).toBe(' Paris');
});

test('effects that are cancelled a hundred times leave nothing, and a model that is closed meanwhile leaves no call', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const model = server.make('slow', randomModel({ n_layer: 6, n_head: 8, n_embd: 128, n_positions: 128, vocab_size: 20_000 }));
  const told = await page.evaluate(
    async ({ module, model }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false, threads: 2 });
      const run = await scope.run(Array.from({ length: 100 }, (_, i) => (i * 7) % 100));
      const asked = { answer: 7, incorrect: 9, unit: 'head' } as const;
      const logit = (await run.attribute(asked)).logit[0];
      const outcomes: Record<string, number> = {};
      const cancel = async (i: number) => {
        const stop = new AbortController();
        const enough = new Error('enough');
        setTimeout(() => stop.abort(enough), (i * 7) % 40);
        const outcome = await run.effects({ ...asked, signal: stop.signal }).then(() => 'answered', (error: unknown) => (error === enough ? 'cancelled' : String(error)));
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      };
      for (let i = 0; i < 10; i += 1) await cancel(i);
      const before = await scope.memory();
      for (let i = 0; i < 100; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => cancel(i + k)));
      const grown = (await scope.memory()) - before;
      const same = (await run.attribute(asked)).logit[0] === logit;
      // Seconds each, and two that may be answered by then.
      const prompts = Array.from({ length: 300 }, (_, i) => ({ tokens: run.tokens.map(({ id }) => id + i), answer: 5 }));
      const long = [run.effects(asked), scope.attributeAll(prompts, { unit: 'head' }), run.patch(run, { answer: 7, site: 'z' })];
      const short = [run.lens({ position: null }), scope.generate([1, 2], { maxTokens: 120 })];
      await new Promise((resolve) => setTimeout(resolve, 20));
      scope.close();
      const outcomesOf = (calls: Promise<unknown>[]) => Promise.all(calls.map((call) => call.then(() => 'answered', ({ name }: Error) => name)));
      const [closed, done] = await Promise.all([outcomesOf(long), outcomesOf(short)]);
      return { outcomes, grown, same, closed, done };
    },
    { module: `${server.page}logitscope.js`, model },
  );
  expect(told.outcomes['cancelled']).toBeGreaterThan(100);
  expect(Object.keys(told.outcomes).filter((outcome) => !/^(cancelled|answered)$/.test(outcome))).toEqual([]);
  expect(told.grown).toBeLessThan(20e6);
  expect(told.same).toBe(true);
  expect(told.closed).toEqual(['ClosedError', 'ClosedError', 'ClosedError']);
  expect(told.done.filter((outcome) => !/^(ClosedError|answered)$/.test(outcome))).toEqual([]);
  await expect.poll(() => page.workers().length).toBe(0);
});
