import { readFileSync } from 'node:fs';
import { expect, test } from './test';

/** TransformerLens's numbers for tiny-a. */
interface Depth {
  tokens: number[];
  answer_token: number;
  incorrect_token: number | null;
  lens: {
    labels: string[];
    top_token: number[][];
    top_probability: number[][];
    answer_probability: number[][];
    answer_rank: number[][];
    entropy: number[][];
  };
}

const [depth] = JSON.parse(readFileSync(new URL('../../tests/data/tiny-a/depth.json', import.meta.url), 'utf8')) as [Depth];
const close = (ours: readonly number[], theirs: readonly number[]) => {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, i) => expect(Math.abs(value - (theirs[i] ?? NaN))).toBeLessThan(1e-4));
};

test('the lens is TransformerLens’s, and a part says its attribution', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const ours = await page.evaluate(
    async ({ module, model, depth: { tokens, answer_token: answer } }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run(tokens);
      const told: number[] = [];
      const all = await run.lens({ answer, position: null, k: 2, onProgress: ({ done, total }) => told.push(done / total) });
      const last = await run.lens({ answer, k: 2 });
      const predictions = await run.predictions(-1, 2);
      const parts = await run.attribute({ answer, unit: 'component' });
      const readouts = await run.readouts({ parts: parts.labels, k: scope.config.vocab_size });
      const head = await run.readout({ part: 'L1H0@2', k: 3 });
      const sources = await run.attribute({ answer: head.promoted[0]!.id, unit: 'source', of: 'L1H0' });
      const said = readouts.map(({ promoted }) => promoted.find(({ id }) => id === answer)!.value);
      return { all, last, told, predictions, said, parts: [...parts.attribution], head, taken: sources.attribution[2] };
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a'), depth },
  );
  const { lens } = depth;
  expect(ours.all.labels).toEqual(lens.labels);
  expect(ours.all.top.map((row) => row.map(([likeliest]) => likeliest?.id))).toEqual(lens.top_token);
  close(ours.all.top.flatMap((row) => row.map(([likeliest]) => likeliest!.probability)), lens.top_probability.flat());
  close(ours.all.answer!.probability.flat(), lens.answer_probability.flat());
  expect(ours.all.answer!.rank).toEqual(lens.answer_rank);
  close(ours.all.entropy.flat(), lens.entropy.flat());
  expect(ours.told.at(-1)).toBe(1);
  expect(ours.last.positions).toEqual([depth.tokens.length - 1]);
  expect(ours.last.top.map((row) => row[0])).toEqual(ours.all.top.map((row) => row.at(-1)));
  const end = ours.last.top.at(-1)![0]!;
  expect(end.map(({ id, text, rank }) => [id, text, rank])).toEqual(ours.predictions.map(({ id, text, rank }) => [id, text, rank]));
  close(ours.said, ours.parts);
  expect(ours.head.promoted).toHaveLength(3);
  close([ours.head.promoted[0]!.value], [ours.taken!]);
});

test('several tokens, and all by their probability, are compared with', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const ours = await page.evaluate(
    async ({ module, model, tokens }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run(tokens);
      const all = await run.expectations(Array.from({ length: scope.config.vocab_size }, (_, id) => id));
      const several = await run.attribute({ answer: 7, incorrect: [12, 20], unit: 'head' });
      const probable = await run.attribute({ answer: 7, contrast: 'log-probability', unit: 'head' });
      const lost = await run.effects({ answer: 7, incorrect: [12, 20], unit: 'component' });
      const refusals: string[] = [];
      const refused = (asked: Promise<unknown>) => asked.catch((error: unknown) => void refusals.push(String(error)));
      await refused(run.attribute({ answer: 7, incorrect: [12, 7], unit: 'head' }));
      await refused(run.attribute({ answer: 7, incorrect: [], unit: 'head' }));
      await refused(run.attribute({ answer: 7, incorrect: 12, contrast: 'log-probability', unit: 'head' }));
      await refused(run.attribute({ answer: 7, contrast: 'probability' as never, unit: 'head' }));
      await refused(run.attribute({ answer: 7, contrast: 'log-probability', position: null, unit: 'head' }));
      await refused(run.readout({ part: 'L1' }));
      await refused(run.lens({ position: 99 }));
      return { all, several: several.logit[0], probable: [probable.logit[0], probable.exact], lost: lost.logit, refusals };
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a'), tokens: depth.tokens },
  );
  const logit = (id: number) => ours.all[id]!.logit;
  const expected = ours.all.reduce((sum, { logit, probability }) => sum + probability * logit, 0);
  close([ours.several!, ours.lost], Array<number>(2).fill(logit(7) - (logit(12) + logit(20)) / 2));
  close([ours.probable[0] as number], [logit(7) - expected]);
  expect(ours.probable[1]).toBe(true);
  const why = ['is among the tokens', 'no token to compare with', 'leave one of them out', 'is not log-probability', 'give one', 'L3H7@5', 'outside the prompt'];
  expect(ours.refusals).toHaveLength(why.length);
  ours.refusals.forEach((refusal, i) => expect(refusal).toContain(why[i]));
});

test('the lens is left when its signal says so', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const reason = await page.evaluate(
    async ({ module, model, tokens }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run(tokens);
      const leaving = new AbortController();
      const looking = run.lens({ position: null, signal: leaving.signal }).catch((error: unknown) => String(error));
      leaving.abort(new Error('enough'));
      return [await looking, (await run.predictions()).length];
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a'), tokens: depth.tokens },
  );
  expect(reason).toEqual(['Error: enough', 10]);
});
