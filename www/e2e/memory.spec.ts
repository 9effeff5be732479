import type { Page } from '@playwright/test';
import { randomModel } from './checkpoint';
import type { FileServer } from './server';
import { expect, test } from './test';

/** Many heads, since what a question about single heads leaves behind grows with them. */
const SHAPE = { n_layer: 12, n_head: 16, n_embd: 64, n_positions: 512, vocab_size: 500 };

/** A row of activations for each token and layer, as float32: the residual stream twice, q, k, v, z, and what the MLP wrote. */
const RUN = 400 * SHAPE.n_layer * 7 * SHAPE.n_embd * 4;

/** A model of {@link SHAPE}, on one thread. */
async function load(page: Page, server: FileServer) {
  await page.goto(`${server.origin}/an/article`);
  const api = await page.evaluateHandle<typeof import('../src/api/logitscope')>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
  const model = server.make('many-heads', randomModel(SHAPE));
  return api.evaluateHandle(({ Logitscope }, model) => Logitscope.load(model, { keep: false, threads: 1 }), model);
}

test('two hundred prompts take the memory of one', async ({ page, server }) => {
  const scope = await load(page, server);
  const grown = await scope.evaluate(async (scope) => {
    const ask = async (seed: number) => {
      const run = await scope.run(Array.from({ length: 120 }, (_, i) => (seed * 131 + i * i * 7) % 500));
      await run.attribute({ answer: 7, incorrect: seed % 7, unit: 'head' });
      await run.predictions();
      run.free();
      return scope.memory();
    };
    await ask(0);
    const few = await ask(1);
    for (let seed = 2; seed < 199; seed += 1) await ask(seed);
    return (await ask(199)) - few;
  });
  expect(grown).toBeLessThan(RUN);
});

test('typing before a long text takes the memory of two prompts', async ({ page, server }) => {
  const scope = await load(page, server);
  const grown = await scope.evaluate(async (scope) => {
    // As a page does: the new run, which begins as the old one does, is there before that goes.
    const tokens = Array.from({ length: 360 }, (_, i) => (i * i * 7) % 500);
    let run = await scope.run(tokens);
    const before = await scope.memory();
    for (let word = 1; word <= 40; word += 1) {
      tokens.splice(word, 0, (word * 37) % 500);
      const next = await scope.run(tokens);
      run.free();
      run = next;
      await run.attribute({ answer: 7, unit: 'component' });
    }
    return (await scope.memory()) - before;
  });
  expect(grown).toBeLessThan(2 * RUN);
});

test('positions asked one by one take no memory each', async ({ page, server }) => {
  const scope = await load(page, server);
  const grown = await scope.evaluate(async (scope) => {
    const run = await scope.run(Array.from({ length: 400 }, (_, i) => (i * i * 7) % 500));
    const ask = async (position: number) => {
      await run.predictions(position);
      for (const unit of ['component', 'layer', 'head'] as const) await run.attribute({ answer: 7, incorrect: 9, unit, position });
      return scope.memory();
    };
    const first = await ask(0);
    for (let position = 1; position < 399; position += 1) await ask(position);
    return (await ask(399)) - first;
  });
  expect(grown).toBeLessThan(2 * RUN);
});

test('a prompt that cannot fit is refused beforehand, with how many tokens could, and the model lives', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  // A token of it takes some 115 kB, so that 4 GB are full long before its positions are.
  const model = server.make('deep', randomModel({ n_layer: 64, n_head: 4, n_embd: 64, n_positions: 65_536, vocab_size: 50 }));
  const result = await page.evaluate(
    async ({ api, model }) => {
      const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const before = await scope.memory();
      const refused = await scope.run(new Uint16Array(60_000)).catch((error: Error) => `${error.name}: ${error.message}`);
      const run = await scope.run([1, 5, 9]);
      return { refused: String(refused), best: (await run.predictions(-1, 1)).length, grown: (await scope.memory()) - before };
    },
    { api: `${server.page}logitscope.js`, model },
  );
  expect(result.refused).toMatch(/^MemoryError: /);
  const told = [...result.refused.matchAll(/([\d,]+) tokens/g)].map(([, count]) => Number(count?.replaceAll(',', '')));
  const fitting = Math.min(...told);
  expect(fitting).toBeGreaterThan(10_000);
  expect(fitting).toBeLessThan(40_000);
  expect(result.best).toBe(1);
  expect(result.grown).toBeLessThan(50e6);
});

// 1,024 rows of so many numbers are 2.5 GB, and 2^32 numbers and 1,024.
for (const n_inner of [600_000, 4_194_305]) {
  test(`a prompt whose rows of ${n_inner.toLocaleString('en')} numbers are more than 32 bits can count is refused, and the model lives`, async ({ page, server }) => {
    await page.goto(`${server.origin}/an/article`);
    const model = server.make('wide', randomModel({ n_layer: 1, n_head: 1, n_embd: 1, n_positions: 1024, vocab_size: 10, n_inner }));
    const told = await page.evaluate(
      async ({ api, model }) => {
        const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
        const told: string[] = [];
        for (const threads of [1, 2]) {
          const scope = await Logitscope.load(model, { keep: false, threads });
          told.push(await scope.run(new Uint16Array(1024)).then(() => 'answered', (error: Error) => `${error.name}: ${error.message}`));
          const run = await scope.run([1, 2, 3]);
          told.push(`${(await run.predictions(-1, 10)).length} predictions`);
          scope.close();
        }
        return told;
      },
      { api: `${server.page}logitscope.js`, model },
    );
    const refused = expect.stringMatching(/^MemoryError: (?!.*bug)/) as unknown;
    expect(told).toEqual([refused, '10 predictions', refused, '10 predictions']);
  });
}
