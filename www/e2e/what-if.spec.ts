import { readFileSync } from 'node:fs';
import type { Effects, Patching, PatchSite } from '../src/api/logitscope';
import { expect, test } from './test';

/** TransformerLens's numbers for tiny-a. */
interface Depth {
  tokens: number[];
  corrupted: number[] | null;
  answer_token: number;
  incorrect_token: number | null;
  logit: number;
  ablate_zero: Record<'all' | 'last', { head: number[][]; attn_out: number[]; mlp_out: number[] }>;
  ablate_mean: { head: number[][]; mlp_out: number[] };
  logit_corrupted: number;
  patch: Record<string, number[][]>;
}

const [depth] = JSON.parse(readFileSync(new URL('../../tests/data/tiny-a/depth.json', import.meta.url), 'utf8')) as [Depth];
const close = (ours: readonly number[], theirs: readonly number[]) => {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, i) => expect(Math.abs(value - (theirs[i] ?? NaN))).toBeLessThan(1e-4));
};

test('effects and patching are TransformerLens’s', async ({ page, server }) => {
  const sites = ['resid_pre', 'attn_out', 'mlp_out', 'z', 'v', 'pattern'] as const;
  await page.goto(`${server.origin}/an/article`);
  const ours = await page.evaluate(
    async ({ module, model, depth: { tokens, corrupted, answer_token: answer, incorrect_token: incorrect }, sites }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const [run, other] = [await scope.run(tokens), await scope.run(corrupted ?? [])];
      const asked = { answer, ...(incorrect !== null && { incorrect }) };
      const effects = (unit: 'head' | 'component', ablation: 'zero' | 'mean', positions: number[] | null) => run.effects({ ...asked, unit, ablation, positions });
      const patches: Partial<Record<PatchSite, Patching>> = {};
      for (const site of sites) patches[site] = await run.patch(other, { ...asked, site });
      const reaction = await run.reaction({ ...asked, part: 'L0H1' });
      const without = await run.without({ part: 'L0H1' });
      const parts = await without.attribute({ ...asked, unit: 'head' });
      const patched = await run.patched(other, { site: 'resid_pre', at: [1, tokens.length - 1] });
      const put = await patched.attribute({ ...asked, unit: 'component' });
      return {
        all: [await effects('head', 'zero', null), await effects('component', 'zero', null)],
        last: [await effects('head', 'zero', [-1]), await effects('component', 'zero', [-1])],
        mean: await effects('head', 'mean', null),
        patches,
        reaction,
        without: { logit: parts.logit[0], exact: parts.exact },
        put: { last: put.labels.at(-1), logit: put.logit[0], exact: put.exact },
      };
    },
    { module: `${server.page}logitscope.js`, model: server.model('tiny-a'), depth, sites },
  );
  for (const where of ['all', 'last'] as const) {
    const [heads, components] = ours[where] as [Effects, Effects];
    close(heads.after, depth.ablate_zero[where].head.flat());
    close(components.after.filter((_, i) => i % 2 === 0), depth.ablate_zero[where].attn_out);
    close(components.after.filter((_, i) => i % 2 === 1), depth.ablate_zero[where].mlp_out);
    close([heads.logit], [depth.logit]);
    close(heads.effect, heads.after.map((after) => heads.logit - after));
  }
  close(ours.mean.after, depth.ablate_mean.head.flat());
  const names = { z: 'head_out_all_pos', v: 'head_v_all_pos', pattern: 'head_pattern_all_pos' };
  for (const site of sites) {
    const theirs = depth.patch[names[site as keyof typeof names] ?? site] ?? [];
    expect(ours.patches[site]?.shape).toEqual([theirs.length, theirs[0]?.length]);
    close(ours.patches[site]?.logit ?? [], theirs.flat());
    close([ours.patches[site]?.corrupted ?? NaN, ours.patches[site]?.clean ?? NaN], [depth.logit_corrupted, depth.logit]);
  }
  const { labels } = (ours.all as [Effects])[0];
  const after = (ours.all as [Effects])[0].after[labels.indexOf('L0H1')];
  expect(ours.reaction.after).toBe(after);
  expect(ours.reaction.exact).toBe(true);
  expect(ours.without).toEqual({ logit: after, exact: true });
  expect(ours.put.last).toBe('1_patch');
  expect(ours.put.exact).toBe(true);
});

test('work tells how far it is, ends when it is told to, and lets other questions in between', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const given = { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/` };
  const told = await page.evaluate(async ({ module, model }) => {
    const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
    const scope = await Logitscope.load(model, { keep: false });
    const run = await scope.run('When Mary and John went to the store, John gave a drink to '.repeat(4));
    const begun = performance.now();
    const asked = { answer: ' Mary', incorrect: ' John', unit: 'head' } as const;
    const told: [number, number, number][] = [];
    const all = run.effects({
      ...asked,
      onProgress: ({ done, total, secondsLeft, known }) => told.push([done / total, secondsLeft, known.after.filter(Number.isFinite).length]),
    });
    let [between, done] = [0, false];
    const ask = async () => {
      while (!done) {
        await run.attribute(asked);
        if (!done) between += 1;
      }
    };
    void all.finally(() => (done = true));
    const [effects] = await Promise.all([all, ask()]);
    const once = performance.now() - begun;

    const cancel = new AbortController();
    // So much that it is not done before it is told to end.
    const cancelled = Promise.all(Array.from({ length: 8 }, () => run.effects({ ...asked, signal: cancel.signal })));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const start = performance.now();
    cancel.abort(new Error('enough'));
    const why = await cancelled.then(
      () => 'it went on to the end',
      (error: Error) => error.message,
    );
    const took = performance.now() - start;
    const still = (await run.attribute(asked)).exact;
    return { told, between, unknown: effects.after.filter(Number.isNaN).length, why, took, once, still };
  }, given);
  expect(told.told.at(-1)?.[0]).toBe(1);
  expect(told.told.every(([share], i) => share >= (told.told[i - 1]?.[0] ?? 0))).toBe(true);
  expect(told.between).toBeGreaterThan(0);
  expect(told.unknown).toBe(0);
  expect(told.why).toBe('enough');
  // A slow machine takes longer for eight of what it took so long for once.
  expect(told.took).toBeLessThan(Math.max(2_000, told.once));
  expect(told.still).toBe(true);
});

test('what cannot be taken out or patched is refused in words', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const given = { module: `${server.page}logitscope.js`, model: server.model('tiny-a') };
  const messages = await page.evaluate(async ({ module, model }) => {
    const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
    const scope = await Logitscope.load(model, { keep: false });
    const other = await Logitscope.load(model, { keep: false });
    const [run, shorter, foreign] = [await scope.run([1, 2, 3]), await scope.run([1, 2]), await other.run([1, 2, 3])];
    const refused = (work: Promise<unknown>) =>
      work.then(
        () => 'nothing was wrong',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    const any = (value: unknown) => value as never;
    return {
      unit: await refused(run.effects({ answer: 7, unit: any('neuron') })),
      ablation: await refused(run.effects({ answer: 7, unit: 'head', ablation: any('half') })),
      positions: await refused(run.effects({ answer: 7, unit: 'head', positions: [3] })),
      part: await refused(run.reaction({ answer: 7, part: 'embed' })),
      shorter: await refused(run.patch(shorter, { answer: 7, site: 'z' })),
      foreign: await refused(run.patch(foreign, { answer: 7, site: 'z' })),
      site: await refused(run.patch(run, { answer: 7, site: any('q') })),
      at: await refused(run.patched(run, { site: 'z', at: [0] })),
    };
  }, given);
  expect(messages.unit).toMatch(/^ArgumentError: .*(unit|of)/);
  expect(messages.ablation).toBe('ArgumentError: ablation: "half" is not one of zero, mean');
  expect(messages.positions).toMatch(/^PositionError: .*3 is outside the prompt/);
  expect(messages.part).toMatch(/^ArgumentError: part: embed cannot be taken out/);
  expect(messages.shorter).toMatch(/^ArgumentError: corrupted: has 2 tokens, and the clean prompt 3/);
  expect(messages.foreign).toMatch(/^ArgumentError: corrupted: .*run of the same model/);
  expect(messages.site).toMatch(/^ArgumentError: site: "q" is not one of resid_pre, attn_out/);
  expect(messages.at).toMatch(/^ArgumentError: at: \[0\] is not a place of z/);
});
