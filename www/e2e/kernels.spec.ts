import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { FileServer } from './server';
import { expect, test } from './test';
import { beforeWorkers, replaceExport } from './workers';

/** The reference numbers of one prompt; see tests/transformer_lens.rs. */
interface Case {
  tokens: number[];
  answer_token: number;
  incorrect_token: number | null;
  logit_answer: number;
  b_U_answer: number;
  [unit: string]: unknown;
}

interface Parts {
  labels: string[];
  attribution: (number | number[])[];
  top5?: [string, number][];
}

/** The same of what is inside a part; see tests/depth.rs. */
interface Depth {
  tokens: number[];
  answer_token: number;
  incorrect_token: number | null;
  /** [layer][head][query][key] */
  pattern: number[][][][];
  attn_scores: number[][][][];
  /** [layer][head][key] */
  head_by_source: number[][][];
  /** [layer], [head][key][part] */
  head_by_source_and_part: { attribution: number[][][] }[];
  /** [layer][neuron] */
  neurons: number[][];
  neuron_pre: number[][];
}

const UNITS = ['component', 'layer', 'head'] as const;

/** Takes relaxed SIMD away from the browser, as far as Logitscope looks for it. */
async function withoutRelaxedSimd(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const validate = WebAssembly.validate.bind(WebAssembly);
    // i8x16.relaxed_swizzle
    const relaxed = (bytes: Uint8Array) => bytes.some((byte, i) => byte === 253 && bytes[i + 1] === 128 && bytes[i + 2] === 2);
    WebAssembly.validate = (source) => !relaxed(new Uint8Array(source as ArrayBuffer)) && validate(source);
  });
}

/** What heads take from tokens, what made that, neurons and scores. */
async function compareDepth(page: Page, server: FileServer, name: string): Promise<void> {
  const file = new URL(`../../tests/data/${name}/depth.json`, import.meta.url);
  const cases = JSON.parse(readFileSync(file, 'utf8')) as Depth[];
  const questions = cases.map(({ tokens, answer_token, incorrect_token, head_by_source }) => ({
    tokens,
    asked: { answer: answer_token, incorrect: incorrect_token ?? undefined },
    shape: [head_by_source.length, head_by_source[0]?.length ?? 0] as const,
  }));
  const ours = await page.evaluate(
    async ({ api, model, questions }) => {
      const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { threads: 2, keep: false });
      const all = [];
      for (const { tokens, asked, shape: [layers, heads] } of questions) {
        const run = await scope.run(tokens);
        const told: Record<string, number[]> = { sources: [...(await run.sources(asked)).attribution], patterns: [], scores: [], inside: [], neurons: [], inputs: [] };
        const add = (name: string, values: Iterable<number>) => told[name]?.push(...values);
        for (let layer = 0; layer < layers; layer++) {
          for (let head = 0; head < heads; head++) {
            const label = `L${layer}H${head}`;
            add('patterns', await run.pattern(label));
            for (let key = 0; key < tokens.length; key++) {
              add('inside', (await run.attribute({ ...asked, unit: 'component', path: [`${label}@${key}`] })).attribution);
              add('scores', (await run.attribute({ explain: `score:${label}@${key}:key`, unit: 'component' })).logit);
            }
          }
          const neurons = await run.attribute({ ...asked, unit: 'neuron', of: `${layer}_mlp_out` });
          add('neurons', neurons.attribution.slice(0, -1));
          add('inputs', (await run.attribute({ explain: `neuron:L${layer}N0`, unit: 'head' })).logit);
        }
        all.push(told);
      }
      scope.close();
      return all;
    },
    { api: `${server.page}logitscope.js`, model: server.model(name), questions },
  );
  for (const [i, theirs] of cases.entries()) {
    const last = theirs.tokens.length - 1;
    const expected: Record<string, number[]> = {
      sources: theirs.head_by_source.flat(2),
      patterns: theirs.pattern.flat().flatMap((rows) => rows.flatMap((row, query) => row.slice(0, query + 1))),
      scores: theirs.attn_scores.flat().flatMap((rows) => rows[last] ?? []),
      inside: theirs.head_by_source_and_part.flatMap(({ attribution }) => attribution.flat(2)),
      neurons: theirs.neurons.flat(),
      inputs: theirs.neuron_pre.map(([first]) => first ?? NaN),
    };
    for (const [what, numbers] of Object.entries(expected)) {
      const told = ours[i]?.[what] ?? [];
      expect(told.length, what).toBe(numbers.length);
      expect(Math.max(...numbers.map((value, at) => Math.abs(value - (told[at] ?? NaN)))), what).toBeLessThan(1e-4);
    }
  }
}

for (const simd of ['simd128', 'relaxed-simd'] as const) {
  for (const threads of [1, 2]) {
    test(`${simd} on ${threads === 1 ? 'one thread' : 'two threads'} computes TransformerLens’s numbers`, async ({ page }) => {
      const server = new FileServer(threads > 1);
      await server.start();
      if (simd === 'simd128') await withoutRelaxedSimd(page);
      await page.goto(`${server.origin}/an/article`);
      for (const name of ['tiny-a', 'tiny-b']) {
        const file = new URL(`../../tests/data/${name}/transformer_lens.json`, import.meta.url);
        const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];
        const { engine, answers } = await page.evaluate(
          async ({ api, model, cases, units }) => {
            const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
            const scope = await Logitscope.load(model, { threads: 2, keep: false });
            const answers = [];
            for (const { tokens, answer_token: answer, incorrect_token } of cases) {
              const run = await scope.run(tokens);
              const incorrect = incorrect_token ?? undefined;
              for (const unit of units) {
                for (const [key, position] of [[unit, -1], [`${unit}_all_positions`, null]] as const) {
                  const { labels, attribution, top, strongest } = await run.attribute({ answer, incorrect, unit, position });
                  answers.push({ key, labels, attribution: [...attribution], top: top(5), strongest: strongest(1)[0] });
                }
              }
            }
            scope.close();
            return { engine: scope.engine, answers };
          },
          { api: `${server.page}logitscope.js`, model: server.model(name), cases, units: UNITS },
        );
        expect(engine).toEqual({ simd, threads });
        const expected = cases.flatMap((reference) =>
          UNITS.flatMap((unit) => [unit, `${unit}_all_positions`]).map((key) => reference[key] as Parts),
        );
        expect(answers.map(({ labels }) => labels)).toEqual(expected.map(({ labels }) => labels));
        for (const [i, { top5 }] of expected.entries()) {
          if (!top5) continue;
          const { top, strongest } = answers[i] ?? {};
          expect(top?.map(({ label }) => label)).toEqual(top5.map(([label]) => label));
          expect(Math.abs(strongest?.value ?? 0)).toBeGreaterThanOrEqual(Math.abs(top?.[0]?.value ?? NaN));
        }
        const theirs = expected.flatMap(({ attribution }) => attribution.flat());
        const ours = answers.flatMap(({ attribution }) => attribution);
        expect(ours.length).toBe(theirs.length);
        const off = theirs.map((value, i) => Math.abs(value - (ours[i] ?? NaN)));
        expect(Math.max(...off)).toBeLessThan(1e-4);
        await compareDepth(page, server, name);
      }
      await server.stop();
    });
  }
}

test('two threads compute what one does, to the last bit', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const answers = await page.evaluate(
    async ({ api, model, units }) => {
      const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
      const answers = [];
      for (const threads of [1, 2]) {
        const scope = await Logitscope.load(model, { threads, keep: false });
        // As many tokens as make every kernel share its work.
        const run = await scope.run(Array.from({ length: scope.config.n_positions }, (_, i) => (i * 37) % 2000));
        const parts = [];
        for (const unit of units) {
          const { attribution, logit } = await run.attribute({ answer: 5, incorrect: 9, unit, position: null });
          parts.push([...attribution, ...logit]);
        }
        answers.push({ threads: scope.engine.threads, parts, predictions: await run.predictions(-1, 50) });
        scope.close();
      }
      return answers;
    },
    { api: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, units: UNITS },
  );
  const [one, two] = answers;
  expect([one?.threads, two?.threads]).toEqual([1, 2]);
  expect(two?.parts).toEqual(one?.parts);
  expect(two?.predictions).toEqual(one?.predictions);
});

test('`threads` bounds the workers, and a closed model leaves none', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const api = await page.evaluateHandle<typeof import('../src/api/logitscope')>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
  const load = (threads?: number) =>
    api.evaluateHandle(({ Logitscope }, { model, threads }) => Logitscope.load(model, { threads, keep: false }), {
      model: server.model('tiny-a'),
      threads,
    });
  for (const threads of [1, 3, undefined]) {
    const scope = await load(threads);
    const computing = await scope.evaluate(({ engine }) => engine.threads);
    const wanted = threads ?? (await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency)));
    expect(computing).toBe(wanted);
    await expect.poll(() => page.workers().length).toBe(wanted);
    await scope.evaluate(async (scope) => {
      await scope.run([1, 5, 9]);
      scope.close();
    });
    await expect.poll(() => page.workers().length).toBe(0);
  }
  const refused = await api.evaluate(({ Logitscope }, model) => Logitscope.load(model, { threads: 0 }).catch((error: Error) => error.name), server.model('tiny-a'));
  expect(refused).toBe('ArgumentError');
});

/** What becomes of a model that may compute on two threads, and is asked so often. */
async function twoThreads(page: Page, server: FileServer, times = 1) {
  await page.goto(`${server.origin}/an/article`);
  return page.evaluate(
    async ({ api, model, times }) => {
      const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
      try {
        const scope = await Logitscope.load(model, { threads: 2, keep: false });
        for (let i = 0; i < times; i += 1) (await scope.run([1, 5, 9])).free();
        return { threads: scope.engine.threads };
      } catch (error) {
        return { error: String(error) };
      }
    },
    { api: `${server.page}logitscope.js`, model: server.model('tiny-a'), times },
  );
}

test('where shared memory is refused, one thread computes', async ({ page, server }) => {
  await beforeWorkers(
    page,
    `const { Memory } = WebAssembly;
     WebAssembly.Memory = function (limits) {
       if (limits.shared) throw new RangeError('could not allocate memory');
       return new Memory(limits);
     }`,
  );
  expect(await twoThreads(page, server)).toEqual({ threads: 1 });
  await expect.poll(() => page.workers().length).toBe(1);
});

test('a thread that stops is the end of its model, and not a wait', async ({ page, server }) => {
  const trap = `() => () => { throw new WebAssembly.RuntimeError('unreachable'); }`;
  await beforeWorkers(page, `if (self.name === 'logitscope thread 2') { ${replaceExport('enterPool', trap)} }`);
  // The first thread alone may have answered before the second one begins.
  expect((await twoThreads(page, server, Infinity)).error).toMatch(/^MemoryError: WebAssembly stopped \(unreachable\)/);
  await expect.poll(() => page.workers().length).toBe(0);
});
