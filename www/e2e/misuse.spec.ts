import type { JSHandle, Page } from '@playwright/test';
import type { FileServer } from './server';
import { expect, test } from './test';

type Api = typeof import('../src/api/logitscope');

async function article(page: Page, server: FileServer): Promise<JSHandle<Api>> {
  await page.goto(`${server.origin}/an/article`);
  return page.evaluateHandle<Api>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
}

/** Calls, and how the error of each begins. */
const calls: [string, string][] = [
  ['Logitscope.load()', 'ArgumentError: model: undefined'],
  ['Logitscope.load(5)', 'ArgumentError: model: 5'],
  ['Logitscope.load(null)', 'ArgumentError: model: null'],
  ["Logitscope.load('')", 'ArgumentError: An empty text'],
  ['Logitscope.load([1, 2])', 'ArgumentError: model: a list'],
  ['Logitscope.load(url, null)', 'ArgumentError: options: null'],
  ["Logitscope.load(url, { signal: 'stop' })", 'ArgumentError: signal: "stop"'],
  ['Logitscope.load(url, { onProgress: true })', 'ArgumentError: onProgress: true'],
  ["Logitscope.load(url, { keep: 'no' })", 'ArgumentError: keep: "no"'],
  ['Logitscope.load(url, { weights: 5 })', 'ArgumentError: weights: 5'],
  ["Logitscope.load(url, { threads: 'all' })", 'ArgumentError: threads: "all"'],
  ['Logitscope.load(url, { assets: 5 })', 'ArgumentError: assets: 5'],
  ["Logitscope.load(url, { assets: 'http://' })", 'ArgumentError: assets: "http://"'],
  ["Logitscope.load(url, { workerUrl: 'http://' })", 'ArgumentError: workerUrl: "http://"'],
  ['scope.run(null)', 'PromptError: prompt: null'],
  ['scope.run()', 'PromptError: prompt: undefined'],
  ['scope.run(7)', 'PromptError: prompt: 7'],
  ['scope.run([1, 2.5])', 'PromptError: prompt[1]: 2.5'],
  ["scope.run(['a'])", 'PromptError: prompt[0]: "a"'],
  ['scope.run({ length: 2 ** 40 })', 'PromptError: prompt: 1,099,511,627,776 tokens'],
  ['scope.run([1], null)', 'ArgumentError: options: null'],
  ['scope.run([1], { signal: {} })', 'ArgumentError: signal: an object'],
  ["scope.run([1], { prependBos: 'no' })", 'ArgumentError: prependBos: "no"'],
  ["scope.run([1], { predictions: 'all' })", 'ArgumentError: predictions: "all"'],
  ['scope.tokens(null)', 'PromptError: prompt: null'],
  ['scope.token()', 'AnswerError: answer: undefined'],
  ['scope.text(5)', 'PromptError: ids: 5'],
  ['scope.text([-1])', 'PromptError: ids[0]: -1'],
  ["scope.generate([1], { temperature: 'hot' })", 'ArgumentError: temperature: "hot"'],
  ["scope.generate([1], { maxTokens: 'many' })", 'ArgumentError: maxTokens: "many"'],
  ["scope.generate([1], { onToken: 'print' })", 'ArgumentError: onToken: "print"'],
  ["run.predictions('x')", 'PositionError: position: "x"'],
  ['run.predictions(-1, -2)', 'ArgumentError: k: -2'],
  ['run.attribute()', 'ArgumentError: question: undefined'],
  ["run.attribute({ unit: 'head' })", 'AnswerError: answer: undefined'],
  ["run.attribute({ answer: 5, unit: 'head', incorrect: {} })", 'AnswerError: incorrect: an object'],
  ["run.attribute({ answer: 5, unit: 'head', position: 'last' })", 'PositionError: position: "last"'],
  ["run.attribute({ answer: 5, unit: 'neck' })", 'ArgumentError: '],
  ["run.attribute({ answer: 5, unit: 'head' }, { signal: 1 })", 'ArgumentError: signal: 1'],
  ["run.attribute({ answer: NaN, unit: 'head' })", 'AnswerError: answer: NaN'],
  ["run.attribute({ answer: 5, unit: 'head', incorrect: [] })", 'AnswerError: incorrect: an empty list'],
  ["run.attribute({ answer: 5, unit: 'head', incorrect: [7, -1] })", 'AnswerError: incorrect[1]: -1'],
  ['run.attribute({ answer: 5 })', 'ArgumentError: unit: undefined is not one of'],
  ['run.effects()', 'ArgumentError: question: undefined'],
  ['run.reaction(null)', 'ArgumentError: question: null'],
  ['run.readouts()', 'ArgumentError: question: undefined'],
  ['run.without()', 'ArgumentError: removal: undefined'],
  ['run.without({})', 'ArgumentError: part: undefined'],
  ['run.patch(run)', 'ArgumentError: question: undefined'],
  ['run.patch(run, { answer: 5 })', 'ArgumentError: site: undefined'],
  ['run.patched(run)', 'ArgumentError: place: undefined'],
  ["run.patched(run, { site: 'resid_pre', at: [1, -1] })", 'ArgumentError: at[1]: -1'],
  ["scope.attributeAll([{ tokens: [1], answer: 5, incorrect: NaN }], { unit: 'head' })", 'AnswerError: prompts[0].incorrect: NaN'],
  ["scope.attributeAll([{ tokens: [1], answer: -1 }], { unit: 'head' })", 'AnswerError: prompts[0].answer: -1'],
  ["scope.attributeAll([{ tokens: [1], prompt: 'a', answer: 5 }], { unit: 'head' })", 'ArgumentError: prompts[0]: an object'],
  ["scope.attributeAll([{ tokens: [1], answer: 5, roles: { a: NaN } }], { unit: 'head' })", 'ArgumentError: prompts[0].roles.a: NaN'],
  ['new Chart({ labels: [] }, "a")', 'ChartError: '],
  ['hubFolder(5)', 'ArgumentError: 5'],
  ['droppedFiles(null)', 'ArgumentError: droppedFiles'],
];

test('what is wrong with a call is said by the argument’s name, in an error of its kind', async ({ page, server }) => {
  const api = await article(page, server);
  const told = await api.evaluate(
    async (api, { calls, url }) => {
      const scope = await api.Logitscope.load(url, { keep: false });
      const run = await scope.run([1, 5, 9]);
      const names = ['Logitscope', 'Chart', 'hubFolder', 'droppedFiles', 'scope', 'run', 'url'];
      const errors: string[] = [];
      for (const call of calls) {
        const ask = new Function(...names, `return ${call}`) as (...given: unknown[]) => unknown;
        try {
          await ask(api.Logitscope, api.Chart, api.hubFolder, api.droppedFiles, scope, run, url);
          errors.push('answered');
        } catch (error) {
          errors.push(error instanceof api.LogitscopeError ? `${error.name}: ${error.message}` : `raw ${String(error)}`);
        }
      }
      const after = (await scope.run(Uint32Array.of(1, 5, 9))).tokens.length;
      scope.close();
      return { errors, after };
    },
    { calls: calls.map(([call]) => call), url: server.model('tiny-a') },
  );
  calls.forEach(([call, says], i) => expect.soft(told.errors[i]?.slice(0, says.length), call).toBe(says));
  expect(told.after).toBe(3);
});

test('no page starts more workers than its processor has cores, or eight', async ({ page, server }) => {
  const api = await article(page, server);
  const scope = await api.evaluateHandle(({ Logitscope }, url) => Logitscope.load(url, { threads: 100, keep: false }), server.model('tiny-a'));
  const most = await page.evaluate(() => Math.max(8, navigator.hardwareConcurrency));
  expect(await scope.evaluate(({ engine }) => engine.threads)).toBe(most);
  await expect.poll(() => page.workers().length).toBe(most);
  await scope.evaluate((scope) => scope.close());
});

for (const [threads, ended, how] of [
  [1, 0, 'while it computes'],
  [2, 0, 'while it computes'],
  [2, 1, 'while it computes'],
  [2, 0, 'by the devtools, while nobody asks'],
] as const) {
  test(`a model whose worker ${ended + 1} of ${threads} is ended from outside, ${how}, is lost, and nobody waits for it`, async ({ page, server }) => {
    await page.addInitScript(() => {
      const workers: Worker[] = ((globalThis as unknown as { hired: Worker[] }).hired = []);
      Worker = new Proxy(Worker, {
        construct(target, given: ConstructorParameters<typeof Worker>) {
          const worker = new target(...given);
          workers.push(worker);
          return worker;
        },
      });
    });
    const api = await article(page, server);
    const scope = await api.evaluateHandle(({ Logitscope }, [url, threads]) => Logitscope.load(url, { threads, keep: false }), [server.model('tiny-a'), threads] as const);
    await expect.poll(() => page.workers().length).toBe(threads);
    const computes = how === 'while it computes';
    if (!computes) await page.workers()[ended]!.evaluate(() => close());
    const told = await scope.evaluate(
      async (scope, { ended, computes }) => {
        const { hired } = globalThis as unknown as { hired: Worker[] };
        const refused = (error: Error) => error;
        const pending = computes ? scope.headScores().then(() => scope.lost, refused) : scope.lost;
        if (computes) hired[ended]?.terminate();
        const lost = await scope.lost;
        const told = await Promise.all([pending, scope.memory().catch(refused)]);
        return { same: told.every((error) => error === lost), lost: `${lost.name}: ${lost.message}` };
      },
      { ended, computes },
    );
    expect(told).toEqual({ same: true, lost: "InternalError: Logitscope's worker was ended from outside. Load the model again." });
    await expect.poll(() => page.workers().length).toBe(0);
  });
}
