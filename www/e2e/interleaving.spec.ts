import { randomModel } from './checkpoint';
import { interleave } from './interleaving';
import { expect, test } from './test';

const SHAPE = { n_layer: 2, n_head: 4, n_embd: 32, n_positions: 64, vocab_size: 100 };

/** More or fewer of them: OPERATIONS. The same again: SEED. */
const OPERATIONS = Number(process.env['OPERATIONS'] ?? 10_000);

test('whatever is asked in whatever order, answers are those of one question after the other, to the last bit', async ({ page, server }) => {
  test.setTimeout(60_000 + OPERATIONS * 100);
  const seed = Number(process.env['SEED'] ?? 1 + Math.floor(Math.random() * 2 ** 31));
  await page.goto(`${server.origin}/an/article`);
  const api = await page.evaluateHandle<typeof import('../src/api/logitscope')>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
  const model = server.make('shuffled', randomModel(SHAPE));
  const { wrong, counts, memory } = await api.evaluate(interleave, { model, seed, operations: OPERATIONS });
  console.log(`SEED=${seed}: ${JSON.stringify(counts)}, at most ${(memory / 1e6).toFixed(1)} MB`);
  expect(wrong, `SEED=${seed} OPERATIONS=${OPERATIONS}`).toEqual([]);
  expect(counts['answered']).toBeGreaterThan(OPERATIONS / 3);
  expect(memory).toBeLessThan(40e6);
});

for (const threads of [1, 2]) {
  test(`a worker that is ended while much is asked ends its model with an error, and no call hangs (${threads} ${threads === 1 ? 'thread' : 'threads'})`, async ({ page, server }) => {
    await page.goto(`${server.origin}/an/article`);
    const api = await page.evaluateHandle<typeof import('../src/api/logitscope')>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
    const model = server.make('shuffled', randomModel(SHAPE));
    const asked = await api.evaluateHandle(
      async ({ Logitscope }, { model, threads }) => {
        const scope = await Logitscope.load(model, { keep: false, threads });
        const run = await scope.run(Array.from({ length: 60 }, (_, i) => (i * 7) % 100));
        const calls: Promise<unknown>[] = [];
        // More than is done before the end.
        for (let i = 0; i < 300; i += 1) calls.push(run.effects({ answer: 7, unit: 'head' }), run.lens({ position: null }), scope.generate([1, 5]), run.attribute({ answer: 7, unit: 'head' }));
        const settled = Promise.all(calls.map((call) => call.then(() => 'answered', (error: unknown) => error)));
        return { scope, settled };
      },
      { model, threads },
    );
    // From within: the page is told nothing of it.
    const [leader] = page.workers();
    await leader!.evaluate(() => self.close());
    const told = await asked.evaluate(async ({ scope, settled }) => {
      const lost = await scope.lost;
      const outcomes = await settled;
      const again = await scope.run([1]).catch((error: unknown) => error);
      return { lost: `${lost.name}: ${lost.message}`, failed: outcomes.filter((outcome) => outcome === lost).length, others: outcomes.filter((outcome) => outcome !== lost && outcome !== 'answered').map(String), again: again === lost };
    });
    expect(told).toMatchObject({ lost: expect.stringMatching(/^InternalError: Logitscope's worker was ended from outside/) as unknown, others: [], again: true });
    expect(told.failed).toBeGreaterThan(0);
    await expect.poll(() => page.workers().length).toBe(0);
  });
}
