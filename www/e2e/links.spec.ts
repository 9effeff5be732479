import type { BrowserContext, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { expect, test } from './test';

const COMMIT = '607a30d783dfa663caf39e06633721c8d4cfcd7e';
const ASKED = 'prompt=1%2C5%2C9&answer=%237';

/** A hub that has tiny-a as any model's main branch, and tells its commit. */
async function fakeHub(context: BrowserContext, commit: string | undefined): Promise<string[]> {
  const asked: string[] = [];
  await context.route('https://huggingface.co/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    asked.push(pathname);
    const file = pathname.split('/').at(-1) ?? '';
    const headers: Record<string, string> = { 'access-control-allow-origin': '*' };
    if (commit) Object.assign(headers, { 'access-control-expose-headers': 'X-Repo-Commit', 'x-repo-commit': commit });
    if (!['config.json', 'model.safetensors'].includes(file)) return route.fulfill({ status: 404, headers });
    const body = readFileSync(new URL(`../../tests/data/tiny-a/${file}`, import.meta.url));
    return route.fulfill({ headers, body, contentType: 'application/octet-stream' });
  });
  return asked;
}

const model = (page: Page) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('model');

test('a link to another model downloads nothing until the reader says so; the bundled model answers meanwhile', async ({ blank: scope, page, server }) => {
  const folder = server.model('tiny-a').replace(server.origin, server.elsewhere);
  const hash = `#model=${encodeURIComponent(folder)}&prompt=The+capital+of+France+is&answer=+Paris&unit=component`;
  await scope.open(hash);
  await expect(scope.offer).toContainText(folder);
  await expect(scope.offer).toContainText('size unknown');
  await expect(scope.offer).toContainText('the bundled model’s answer');
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  expect((await scope.numbers()).answer.text).toBe(' Paris');
  await expect.poll(() => model(page)).toBe(folder);
  expect(server.requests.filter((path) => path.startsWith('/models/'))).toEqual([]);

  await scope.offer.getByRole('button', { name: 'Stay with the bundled model' }).click();
  await expect(scope.offer).toHaveCount(0);
  await expect.poll(() => model(page)).toBeNull();
  expect(server.requests.filter((path) => path.startsWith('/models/'))).toEqual([]);

  // A link that is opened in a page that stands is a link too.
  await page.evaluate((hash) => (location.hash = hash), `#model=${encodeURIComponent(folder)}&${ASKED}`);
  await scope.accept();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  expect((await scope.numbers()).answer.id).toBe(7);

  // Now that it is kept, nobody has to be asked.
  await page.reload();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await expect(scope.offer).toHaveCount(0);
});

test('what a link to a model of the menu would download is said in bytes', async ({ blank: scope, context }) => {
  const asked = await fakeHub(context, undefined);
  await scope.open('#model=gpt2&prompt=The+capital+of+France+is');
  await expect(scope.offer).toContainText('https://huggingface.co/openai-community/gpt2/resolve/main/');
  await expect(scope.offer).toContainText('548 MB');
  expect(asked).toEqual([]);
});

test('a link to a model of the hub carries its commit, and finds the kept model by it', async ({ scope, page, context }) => {
  scope.expected = /Failed to load resource/;
  const asked = await fakeHub(context, COMMIT);
  await scope.load('some-one/tiny');
  await expect(scope.modelButton).toHaveAccessibleName('Model: some-one/tiny');
  await scope.prompt.fill('1, 5, 9');
  await scope.answer.fill('#7');
  await scope.incorrect.fill('');
  await expect.poll(async () => (await scope.numbers()).answer.id).toBe(7);
  await expect.poll(() => model(page)).toBe(`some-one/tiny@${COMMIT}`);
  await page.getByRole('button', { name: 'Cite' }).click();
  await expect(page.getByRole('region', { name: 'the line' })).toContainText(`Model: some-one/tiny@${COMMIT}.`);
  await page.keyboard.press('Escape');
  const link = page.url();
  const downloaded = asked.length;

  await page.goto('about:blank');
  await page.goto(link);
  await expect(scope.modelButton).toHaveAccessibleName('Model: some-one/tiny@607a30d');
  await scope.answered();
  expect(asked.length).toBe(downloaded);

  await page.goto('about:blank');
  await page.goto(link.replace(COMMIT, COMMIT.replace('6', '7')));
  await expect(scope.offer).toContainText('some-one/tiny@707a30d');
  expect(asked.length).toBe(downloaded);
});

test('a model that is changed on the hub while it is read is no model', async ({ page, server, context }) => {
  let answers = 0;
  await fakeHub(context, COMMIT);
  await context.route('https://huggingface.co/**/model.safetensors', async (route) => {
    answers += 1;
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'X-Repo-Commit', 'x-repo-commit': COMMIT.replace('6', '7') };
    await route.fulfill({ headers, body: 'other', contentType: 'application/octet-stream' });
  });
  await page.goto(`${server.origin}/an/article`);
  const told = await page.evaluate(async (api) => {
    const { Logitscope, hubFolder } = (await import(api)) as typeof import('../src/api/logitscope');
    return Logitscope.load(hubFolder('some-one/tiny')).then(String, ({ name, message }: Error) => `${name}: ${message}`);
  }, `${server.page}logitscope.js`);
  expect(answers).toBe(1);
  expect(told).toMatch(/^DownloadError: model\.safetensors: the model was changed on the hub/);
});

test('without a commit from the hub, a link is by name', async ({ scope, page, context }) => {
  scope.expected = /Failed to load resource/;
  await fakeHub(context, undefined);
  await scope.load('some-one/tiny');
  await expect(scope.modelButton).toHaveAccessibleName('Model: some-one/tiny');
  await expect.poll(() => model(page)).toBe('some-one/tiny');
});

test('addresses by http and by https are two models', async ({ scope, page, server }) => {
  await scope.load(server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  const other = server.model('tiny-a').replace('http:', 'https:');
  await page.evaluate((hash) => (location.hash = hash), `#model=${encodeURIComponent(other)}&${ASKED}`);
  await expect(scope.offer).toContainText(other);
});

const unreadable = [
  ['data:text/plain,hello', 'http or https'],
  ['javascript:alert(1)', 'http or https'],
  ['file:///etc/passwd', 'http or https'],
  ['bert-base-uncased', 'owner/name'],
  ['https://huggingface.co/datasets/squad', 'the address of a dataset'],
  ['what is this?', 'owner/name'],
] as const;

test('a link whose model cannot be read says so', async ({ blank: scope, page }) => {
  test.setTimeout(120_000);
  for (const [model, says] of unreadable) {
    await page.goto('about:blank');
    await scope.open(`#model=${encodeURIComponent(model)}&prompt=The+capital+of+France+is`);
    const notice = page.locator('.notice');
    await expect(notice).toContainText('This link’s model cannot be read');
    await expect(notice).toContainText(model);
    await expect(notice).toContainText(says);
  }
});
