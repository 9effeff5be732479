import { readFileSync } from 'node:fs';
import { expect, test } from './test';

interface Reference {
  tokens: number[];
  answer_token: number;
  incorrect_token: number;
  layer_all_positions: { labels: string[]; attribution: number[][] };
}

const file = new URL('../../tests/data/tiny-a/transformer_lens.json', import.meta.url);
const [reference] = JSON.parse(readFileSync(file, 'utf8')) as [Reference];

for (const origin of ['origin', 'elsewhere'] as const) {
  test(`another page can use dist/logitscope.js (${origin === 'origin' ? 'of its own site' : 'of another site'})`, async ({ page, server }) => {
    await page.goto(`${server.origin}/an/article`);
    const module = server.page.replace(server.origin, server[origin]) + 'logitscope.js';
    const result = await page.evaluate(
      async ({ module, model, reference }) => {
        const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
        const scope = await Logitscope.load(model);
        const run = await scope.run(reference.tokens);
        const asked = { answer: reference.answer_token, incorrect: reference.incorrect_token };
        const all = await run.attribute({ ...asked, unit: 'layer', position: null });
        const refusal = await run.attribute({ answer: 4_000_000, unit: 'head' }).catch((error: Error) => error.name);
        const [best] = await run.predictions(-1, 1);
        run.free();
        scope.close();
        const closed = await scope.run([1]).catch((error: Error) => error.name);
        return { layers: scope.config.n_layer, labels: all.labels, attribution: [...all.attribution], refusal, closed, best: best?.id };
      },
      { module, model: server.model('tiny-a'), reference },
    );
    const { labels, attribution } = reference.layer_all_positions;
    expect(result).toMatchObject({ layers: 2, labels, refusal: 'AnswerError', closed: 'ClosedError' });
    const off = attribution.flat().map((value, i) => Math.abs(value - (result.attribution[i] ?? NaN)));
    expect(Math.max(...off)).toBeLessThan(1e-4);
  });
}

test('sources and neurons are labelled by their numbers', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const [sources, neurons, width] = await page.evaluate(
    async ({ module, model, reference }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model);
      const run = await scope.run(reference.tokens);
      const labels = async (unit: 'source' | 'neuron', of: string) => (await run.attribute({ answer: reference.answer_token, position: 2, unit, of })).labels;
      return [await labels('source', 'L1H0'), await labels('neuron', '1_mlp_out'), scope.config.n_inner] as const;
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a'), reference },
  );
  expect(sources).toEqual(['@0', '@1', '@2']);
  expect(neurons).toEqual([...Array.from({ length: width }, (_, neuron) => `L1N${neuron}`), '1_mlp_bias']);
});

test('the weights can be those of another file of the folder', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const folder = `${server.page}models/bundled/`;
  const result = await page.evaluate(
    async ({ module, folder }) => {
      const { Logitscope, keptModels } = (await import(module)) as typeof import('../src/api/logitscope');
      const { tests } = (await (await fetch(`${folder}training.json`)).json()) as { tests: { weights?: string }[] };
      const loss = async (weights?: string) => {
        const scope = await Logitscope.load(folder, { weights });
        const [best] = await (await scope.run('The capital of France is')).predictions(-1, 1);
        scope.close();
        return -Math.log(best?.probability ?? 0);
      };
      const fails = (weights: string) => Logitscope.load(folder, { weights }).then(String, ({ name, message }: Error) => `${name}: ${message}`);
      const first = await loss(tests.find(({ weights }) => weights)?.weights);
      const kept = (await keptModels()).length;
      return { first, kept, last: await loss(), refused: await fails('../config.json'), missing: await fails('model.step-7.safetensors') };
    },
    { module: `${server.page}logitscope.js`, folder },
  );
  expect(result.first).toBeGreaterThan(result.last + 1);
  expect(result.kept).toBe(0);
  expect(result.refused).toBe('ArgumentError: weights: "../config.json" is not the name of a .safetensors, .bin, .pt or .pth file in the model\'s folder');
  expect(result.missing).toMatch(/^DownloadError: model\.step-7\.safetensors: \S+ answered 404/);
});

test('numbers beyond 32 bits are as good as the largest that make a difference', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const { predicted, greedy, sampled } = await page.evaluate(
    async ({ module, model }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run([1, 5, 9]);
      const generate = async (maxTokens: number, topK?: number) =>
        (await scope.generate([1, 5, 9], { maxTokens, topK, temperature: topK === undefined ? 0 : 2 })).map(({ id }) => id);
      const { vocab_size: all, n_positions: most } = scope.config;
      return {
        predicted: [await run.predictions(-1, 2 ** 32), await run.predictions(-1, all)],
        greedy: [await generate(2 ** 32), await generate(most - 3)],
        sampled: [await generate(9, 2 ** 32), await generate(9, all)],
      };
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a') },
  );
  for (const [large, enough] of [predicted, greedy, sampled]) {
    expect(enough?.length).toBeGreaterThan(8);
    expect(large).toEqual(enough);
  }
});

test('predictions that come with a run are those that it is asked for, until it is freed', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const { apart, along, more, freed } = await page.evaluate(
    async ({ module, model }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const apart = await scope.run([1, 5, 9]);
      const along = await scope.run([1, 5, 9], { predictions: 4 });
      const asked = (run: typeof apart) => Promise.all([run.predictions(-1, 4), run.predictions(2, 3), run.predictions(1, 3), run.predictions(-1, 0)]);
      const answer = { apart: await asked(apart), along: await asked(along), more: await along.predictions() };
      along.free();
      return { ...answer, freed: await along.predictions(-1, 4).catch(String) };
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a') },
  );
  expect(along).toEqual(apart);
  expect(more).toHaveLength(10);
  expect(more.slice(0, 4)).toEqual(along[0]);
  expect(freed).toContain('ClosedError');
});

test('the names of before still list and delete what is kept', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const lists = await page.evaluate(
    async ({ module, model }) => {
      const { Logitscope, cachedModels, deleteCachedModel, keptModels } = (await import(module)) as typeof import('../src/api/logitscope');
      (await Logitscope.load(model)).close();
      const before = [await keptModels(), await cachedModels()];
      await deleteCachedModel(model);
      return [...before, await keptModels()];
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a') },
  );
  const [kept, cached, none] = lists;
  expect(kept).toEqual([{ url: server.model('tiny-a'), bytes: expect.any(Number), complete: true }]);
  expect(cached).toEqual(kept);
  expect(none).toEqual([]);
});

test('the API’s types are beside it', async ({ page, server }) => {
  const types = await page.request.get(`${server.page}logitscope.d.ts`);
  expect(types.ok()).toBe(true);
});

test('a browser without WebAssembly SIMD is told so', async ({ page, server }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => false;
  });
  await page.goto(server.page);
  await expect(page.getByRole('alert')).toContainText('SIMD');
});
