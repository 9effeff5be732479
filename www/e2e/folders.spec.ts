import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from './test';

/** Folders as people have them, with what transformers and TransformerLens make of them. */
interface Case {
  name: string;
  why: string;
  prompt: string;
  answer: number;
  incorrect: number;
  tokens: number[];
  logit: number;
  total: number;
}

const data = new URL('../../tests/data/', import.meta.url);
const cases: Case[] = readdirSync(new URL('cases/', data)).map((name) => {
  const json = readFileSync(new URL(`cases/${name}/expected.json`, data), 'utf8');
  return { ...(JSON.parse(json) as Omit<Case, 'name'>), name };
});
const hostile = readdirSync(new URL('hostile-tokenizers/', data));

test('every folder gives the tokens and numbers of TransformerLens', async ({ page, server }) => {
  test.setTimeout(120_000);
  await page.goto(`${server.origin}/an/article`);
  const folders = cases.map((asked) => ({ ...asked, url: server.model(`cases/${asked.name}`) }));
  const answers = await page.evaluate(
    async ({ module, folders }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const answers = [];
      for (const { url, prompt, answer, incorrect } of folders) {
        for (const threads of [1, 2]) {
          const scope = await Logitscope.load(url, { keep: false, threads });
          const run = await scope.run(prompt);
          const { total, logit, exact } = await run.attribute({ answer, incorrect, unit: 'head' });
          const tokens = run.tokens.map(({ id }) => id);
          answers.push({ url, tokens, total: total[0] ?? NaN, logit: logit[0] ?? NaN, exact, bos: scope.bos, notices: scope.notices });
          scope.close();
        }
      }
      return answers;
    },
    { module: `${server.page}logitscope.js`, folders },
  );
  expect(cases.length).toBeGreaterThan(13);
  expect(answers.length).toBe(2 * cases.length);
  answers.forEach((answer, i) => {
    const expected = cases[Math.floor(i / 2)];
    const { tokens, total, logit } = expected ?? cases[0]!;
    expect(answer.tokens, expected?.why).toEqual(tokens);
    expect(Math.abs(answer.total - total), expected?.why).toBeLessThan(1e-4);
    expect(Math.abs(answer.logit - logit), expected?.why).toBeLessThan(1e-4);
    expect(answer.exact, expected?.why).toBe(true);
    expect(answer.bos?.id).toBe(tokens[0]);
  });
  const of = (name: string) => answers[2 * cases.findIndex((at) => at.name === name)];
  expect(of('bos_of_tokenizer')?.bos).toEqual({ id: 1, text: '<|startoftext|>', namedBy: 'tokenizer_config.json' });
  expect(of('extra_head')?.notices[0]).toContain('multiple_choice_head.summary.weight');
  expect(of('tokenizer_larger')?.notices[0]).toContain('knows 321 tokens, but the model 320');
  expect(of('n_ctx')?.notices).toEqual([]);
});

test('the page says which token is put first and who named it, and what was left out', async ({ scope, page, server }) => {
  await scope.load(server.model('cases/bos_of_tokenizer'));
  await expect(scope.modelButton).toContainText('bos_of_tokenizer');
  await scope.prompt.fill('When Mary and John');
  await scope.answered();
  const first = page.getByRole('checkbox', { name: 'BOS first' });
  await expect(first).toBeChecked();
  await expect(first).toHaveAccessibleDescription(/^<\|startoftext\|>.* named by tokenizer_config\.json/);
  await expect(scope.tokens.first()).toContainText('startoftext');
  expect(await scope.numbers()).toMatchObject({ bos: { id: 1, namedBy: 'tokenizer_config.json' } });
  await scope.load(server.model('cases/extra_head'));
  await expect(page.getByRole('status').filter({ hasText: 'multiple_choice_head' })).toBeVisible();
});

test('a tokenizer that would panic is refused by its file, or does its work; the model before answers', async ({ page, server }) => {
  test.setTimeout(120_000);
  const config = readFileSync(new URL('cases/n_ctx/config.json', data));
  const weights = readFileSync(new URL('cases/n_ctx/model.safetensors', data));
  const folders = hostile.map((name) => {
    const tokenizer = readFileSync(new URL(`hostile-tokenizers/${name}`, data));
    return server.make(`hostile-${name}`, { 'config.json': config, 'model.safetensors': weights, 'tokenizer.json': tokenizer });
  });
  await page.goto(`${server.origin}/an/article`);
  const results = await page.evaluate(
    async ({ module, bundled, folders }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const before = await Logitscope.load(bundled);
      const results = [];
      for (const folder of folders) {
        try {
          const scope = await Logitscope.load(folder, { keep: false });
          for (const text of ['', ' a b', '日本語 é', '\0a\0', 'a<0xFF> b', '<|endoftext|>a <|endoftext|>', '   ']) {
            const named = (error: Error) => error.name;
            const outcome = await scope.run(text, { prependBos: false }).then((run) => run.tokens.length, named);
            results.push(typeof outcome === 'number' || ['PromptError', 'TokenizerError'].includes(outcome) ? 'used' : outcome);
          }
          await scope.run([1, 2]);
          scope.close();
        } catch (error) {
          const { name, message } = error as Error;
          results.push(`${name}: ${message.slice(0, 15)}`);
        }
      }
      const run = await before.run('The capital of France is');
      return { results: [...new Set(results)], alive: (await run.predictions(-1, 1))[0]?.text };
    },
    { module: `${server.page}logitscope.js`, bundled: `${server.page}models/bundled/`, folders },
  );
  expect(hostile.length).toBeGreaterThan(6);
  expect(results.results.sort()).toEqual(['TokenizerError: tokenizer.json:', 'used']);
  expect(results.alive).toBe(' Paris');
});

test('a model of torch.save is read from a server, from files, and from what is kept of it', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const expected = cases.find(({ name }) => name === 'pytorch_model_bin')!;
  const result = await page.evaluate(
    async ({ module, folder, expected }) => {
      const { Logitscope, keptModels } = (await import(module)) as typeof import('../src/api/logitscope');
      const total = async (model: string | File[]) => {
        const scope = await Logitscope.load(model);
        const run = await scope.run(expected.prompt);
        const { total } = await run.attribute({ answer: expected.answer, incorrect: expected.incorrect, unit: 'component' });
        scope.close();
        return total[0];
      };
      const names = ['config.json', 'pytorch_model.bin', 'tokenizer.json'];
      const files = names.map(async (name) => new File([await (await fetch(folder + name)).arrayBuffer()], name));
      const downloaded = await total(folder);
      const kept = (await keptModels()).some(({ url, complete }) => url === folder && complete);
      return { kept, totals: [downloaded, await total(folder), await total(await Promise.all(files))] };
    },
    { module: `${server.page}logitscope.js`, folder: server.model('cases/pytorch_model_bin'), expected },
  );
  expect(result.kept).toBe(true);
  for (const total of result.totals) expect(Math.abs((total ?? NaN) - expected.total)).toBeLessThan(1e-4);
});
