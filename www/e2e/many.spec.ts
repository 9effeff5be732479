import { expect, test } from './test';

const CSV = `prompt,answer,incorrect,giver
"When Mary and John went to the store, John gave a drink to", Mary, John,John
"When Tom and Anna went to the store, Tom gave a drink to", Anna, Tom,Tom
The capital city of France is, Paris,,
"When Mary and John went to the store, John gave a drink to", nothing at all,,
`;

test('many prompts are asked as each alone, and those that fail are listed', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const { prompts, component, head, alone, effects, aloneEffects, several, aloneSeveral, paused, sources, told, between } = await page.evaluate(
    async ({ module, model, csv }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const prompts = await scope.parsePrompts(csv);
      let told = 0;
      const all = scope.attributeAll(prompts, { unit: ['component', 'head'], onProgress: ({ done }) => (told = done) });
      // Between its turns.
      const between = scope.token(' Mary');
      const [component, head] = await all;
      const alone = [];
      const aloneEffects = [];
      for (const { prompt = '', answer, incorrect } of prompts.slice(0, 3)) {
        const run = await scope.run(prompt);
        const asked = { answer, ...(incorrect !== undefined && { incorrect }) };
        alone.push([...(await run.attribute({ ...asked, unit: 'component' })).attribution]);
        aloneEffects.push((await run.effects({ ...asked, unit: 'component', ablation: 'mean' })).effect);
      }
      const effects = await scope.effectsAll(prompts, { unit: 'component', ablation: 'mean' });
      const sources = await scope.sourcesAll(prompts);
      const several = await scope.attributeAll([{ ...prompts[0]!, incorrect: [' John', ' Tom'] }], { unit: 'component' });
      const run = await scope.run(prompts[0]!.prompt!);
      const aloneSeveral = await run.attribute({ answer: ' Mary', incorrect: [' John', ' Tom'], unit: 'component' });
      // It waits until it may go on: of so many, that no machine has answered all before it first tells how far it is.
      const paused = async () => {
        let told = 0;
        let goOn = () => {};
        const waits = new Promise<void>((resolve) => (goOn = resolve));
        const many = Array.from({ length: 10_000 }, () => prompts[0]!);
        const all = scope.attributeAll(many, { unit: 'component', onProgress: ({ done }) => ((told ||= done), waits) });
        await new Promise((resolve) => setTimeout(resolve, 400));
        const early = await Promise.race([all.then(() => true), Promise.resolve(false)]);
        goOn();
        return { told, early, n: (await all).n };
      };
      const plain = <T extends object>(of: T) => Object.fromEntries(Object.entries(of).map(([key, value]) => [key, value instanceof Float64Array ? [...value] : value])) as { [K in keyof T]: T[K] extends Float64Array ? number[] : T[K] };
      const giver = sources.roles['giver'];
      return {
        prompts,
        component: component && plain(component),
        head: head && plain(head),
        alone,
        effects: plain(effects),
        several: [...several.attribution],
        aloneSeveral: [...aloneSeveral.attribution],
        paused: await paused(),
        aloneEffects,
        sources: { n: giver?.n, labels: sources.labels, pattern: [...(giver?.pattern.mean ?? [])] },
        told,
        between: (await between).text,
      };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, csv: CSV },
  );
  expect(prompts[0]).toEqual({ prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John', roles: { giver: 'John' } });
  expect(component?.attribution).toEqual(alone.flat());
  expect(component?.n).toBe(3);
  expect(component?.prompts.map(({ right }) => right)).toEqual([true, true, true]);
  expect(component?.failed).toEqual([{ index: 3, message: expect.stringContaining('an answer is exactly one token') }]);
  component?.labels.forEach((_, i) => {
    const column = alone.map((row) => row[i] ?? NaN);
    const mean = column.reduce((sum, x) => sum + x) / 3;
    expect(component.mean[i]).toBeCloseTo(mean, 10);
    expect(component.sd[i]).toBeCloseTo(Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 2), 10);
  });
  expect(head?.labels.at(-1)).toBe('remainder');
  expect(effects.effect).toEqual(aloneEffects.flat());
  expect(several).toEqual(aloneSeveral);
  expect(paused).toEqual({ told: expect.any(Number), early: false, n: 10_000 });
  expect(paused.told).toBeLessThan(10_000);
  expect(component?.total).toBeCloseTo(component?.mean.reduce((sum, x) => sum + x, 0) ?? NaN, 10);
  expect((component?.meanLogit ?? NaN) - (component?.bias ?? NaN)).toBeCloseTo(component?.total ?? NaN, 4);
  expect(sources.n).toBe(2);
  expect(sources.pattern).toHaveLength(sources.labels.length);
  expect(told).toBe(4);
  expect(between).toBe(' Mary');
});

test('a hundred prompts take a moment, and are cancelled at once', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const { n, seconds, cancelled } = await page.evaluate(
    async ({ module, model, prompts }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const set = await scope.parsePrompts(await (await fetch(prompts)).text());
      const begun = performance.now();
      const [all] = await scope.attributeAll(set, { unit: ['component', 'layer', 'head'] });
      const seconds = (performance.now() - begun) / 1000;
      const cancel = new AbortController();
      const many = scope.attributeAll(Array.from({ length: 20 }, () => set).flat(), { unit: 'head', signal: cancel.signal });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const at = performance.now();
      cancel.abort();
      await many.catch(() => {});
      await scope.token(' Mary');
      return { n: all?.n, seconds, cancelled: performance.now() - at };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompts: `${server.page}prompts/who-gets-the-drink.csv` },
  );
  console.log(`100 prompts, three units: ${seconds.toFixed(2)} s; cancelled within ${cancelled.toFixed(0)} ms`);
  expect(n).toBe(100);
  // Two thousand take a slow machine as much longer than a hundred.
  expect(cancelled).toBeLessThan(Math.max(1000, 2000 * seconds));
});

test('heads are scored, and pairs that cancel are pairs', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const { scores, again, pairs, refused } = await page.evaluate(
    async ({ module, model }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run('When Mary and John went to the store, John gave a drink to');
      const refused = async (ask: Promise<unknown>) => ask.then(() => '', (error: unknown) => String(error));
      return {
        scores: await scope.headScores(),
        again: await scope.headScores({ length: 12, seed: 3 }),
        pairs: await run.cancelling({ answer: ' Mary', incorrect: ' John', unit: 'head' }),
        refused: [
          await refused(scope.headScores({ length: 1000 })),
          await refused(scope.parsePrompts('prompt,answer\na,b,c\n')),
          await refused(scope.attributeAll([{ prompt: 'a', answer: ' b' }], { unit: 'neuron' })),
          await refused(scope.attributeAll([{ answer: ' b' }], { unit: 'head' })),
        ],
      };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/` },
  );
  expect(scores.length).toBe(31);
  expect(scores.tokens).toHaveLength(63);
  for (const score of ['previous', 'duplicate', 'induction', 'first', 'copying'] as const) {
    expect(scores[score].map((layer) => layer.length)).toEqual([8, 8, 8, 8]);
    expect(Math.max(...scores[score].flat())).toBeLessThanOrEqual(1);
  }
  expect(scores.previous[0]?.indexOf(Math.max(...scores.previous.flat()))).toBe(7);
  expect([again.length, again.seed]).toEqual([12, 3]);
  for (const { projection, attribution: [earlier, later] } of pairs) {
    expect(projection).toBeLessThanOrEqual(-0.2);
    expect(earlier * later).toBeLessThan(0);
  }
  expect(refused).toEqual([
    expect.stringContaining('length: 1000 is not between 2 and 31'),
    expect.stringContaining('prompts: line 2 has 3 cells, but line 1 names 2 columns'),
    expect.stringContaining('unit neuron takes an MLP apart'),
    expect.stringContaining('prompts[0].prompt: undefined is not text'),
  ]);
});
