import { FileServer } from '../server';
import { BROWSERS, type BrowserName } from './tab';
import { expect, test, Visitor } from './test';

type Api = typeof import('../../src/api/logitscope');

/** What a browser computes, and with what. */
interface Answer {
  asked: string;
  engine: { simd: string; threads: number };
  numbers: number[];
}

/** All attributions of two models on one thread and on two, in a page that is isolated if the server sees to that. */
async function answers(browser: BrowserName, server: FileServer): Promise<Answer[]> {
  const visitor = await Visitor.come(browser, server);
  try {
    // Any other page that imports the API.
    await visitor.tab.open(`${server.origin}/an/article`);
    return await visitor.tab.evaluate(
      async (api, bundled, tiny) => {
        const { Logitscope } = (await import(/* @vite-ignore */ api)) as Api;
        const given: Answer[] = [];
        const questions = [
          { model: bundled, prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John' },
          { model: bundled, prompt: 'The capital of Italy is', answer: ' Rome' },
          { model: tiny, prompt: [1, 5, 9], answer: 7, incorrect: 3 },
        ];
        for (const threads of [1, 2]) {
          for (const { model, prompt, answer, incorrect } of questions) {
            const scope = await Logitscope.load(model, { threads, keep: false });
            const run = await scope.run(prompt);
            const numbers = (await run.predictions(-1, 5)).flatMap(({ id, logit, probability }) => [id, logit, probability]);
            for (const unit of ['layer', 'component', 'head'] as const) {
              const { attribution, total, logit, bias } = await run.attribute({ answer, incorrect, unit, position: null });
              numbers.push(...attribution, ...total, ...logit, ...bias);
            }
            given.push({ asked: `${prompt} on ${threads}`, engine: scope.engine, numbers });
            run.free();
            scope.close();
          }
        }
        return given;
      },
      `${server.page}logitscope.js`,
      `${server.page}models/bundled/`,
      server.model('tiny-a'),
    );
  } finally {
    await visitor.leave();
  }
}

/** The largest difference of any number from the same of the first. */
function furthest(answers: Answer[]): number {
  const [first, ...others] = answers;
  return Math.max(...others.flatMap(({ numbers }) => numbers.map((number, i) => Math.abs(number - (first?.numbers[i] ?? NaN)))));
}

test('all browsers give the same numbers to 1e-4, on one thread and on two, and with what kernels they have', async ({ server }) => {
  // Three browsers, one after the other.
  test.slow();
  const given: Record<string, Answer[]> = {};
  for (const browser of BROWSERS) given[browser] = await answers(browser, server);
  const all = Object.values(given);
  const [reference = []] = all;
  expect(reference.length).toBe(6);
  reference.forEach((_, i) => {
    const same = all.map((answers) => answers[i]!);
    const { asked, numbers } = same[0]!;
    expect(new Set(same.map(({ numbers }) => numbers.length)), asked).toEqual(new Set([numbers.length]));
    expect(numbers.every(Number.isFinite), asked).toBe(true);
    expect(furthest(same), asked).toBeLessThan(1e-4);
  });
  const threads = Object.fromEntries(BROWSERS.map((browser) => [browser, given[browser]!.map(({ engine }) => engine.threads)]));
  // WebKitGTK has no memory that threads could share.
  const expected = { chromium: [1, 1, 1, 2, 2, 2], firefox: [1, 1, 1, 2, 2, 2], webkit: [1, 1, 1, 1, 1, 1] };
  expect(threads).toEqual(Object.fromEntries(BROWSERS.map((browser) => [browser, expected[browser]])));
});

for (const browser of BROWSERS) {
  test(`in ${browser} a page that is not isolated computes on one thread`, async () => {
    const server = new FileServer(false);
    await server.start();
    const given = await answers(browser, server);
    await server.stop();
    expect(given.map(({ engine }) => engine.threads)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(given.every(({ numbers }) => numbers.every(Number.isFinite))).toBe(true);
  });
}
