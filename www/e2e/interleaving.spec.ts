import { randomModel } from './checkpoint';
import { interleave } from './interleaving';
import { expect, test } from './test';

const SHAPE = { n_layer: 2, n_head: 4, n_embd: 32, n_positions: 64, vocab_size: 100 };

/** More of them: OPERATIONS=10000. The same again: SEED. */
const OPERATIONS = Number(process.env['OPERATIONS'] ?? 1500);

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
