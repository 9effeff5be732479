import { chromium, type Frame, type Page } from '@playwright/test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Article, exported } from './article';
import { test } from './plain';
import type { FileServer } from './server';
import { expect } from './test';

const BLOCKED = /is not kept in the browser: the browser blocks this site's storage/;
const SANDBOXED = /is not kept in the browser: this page is in a sandboxed frame/;

test.use({ serviceWorkers: 'allow' });

/** The page answers, and loads another model, of which it says why it is not kept. */
async function works(page: Page | Frame, server: FileServer, notKept: RegExp): Promise<void> {
  const answered = page.locator('answer-charts .charts[aria-busy="false"]');
  await expect(page.locator('chart-figure')).toHaveCount(3);
  await expect(answered).toHaveCount(1);
  await expect(page.getByRole('group', { name: 'Identity' })).toContainText('The parts add up');
  const model = page.getByRole('button', { name: /^Model:/ });
  await model.click();
  await page.getByRole('textbox', { name: /^Another GPT-2/ }).fill(server.model('tiny-a'));
  await page.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(model).toHaveAccessibleName(/tiny-a/);
  await expect(page.getByRole('status').filter({ hasText: notKept })).toHaveCount(1);
}

function complaints(page: Page): string[] {
  const told: string[] = [];
  page.on('console', (message) => message.type() === 'error' && !message.location().url.endsWith('favicon.ico') && told.push(message.text()));
  page.on('pageerror', (error) => told.push(String(error)));
  return told;
}

/** A page of another site with a frame. */
async function framed(page: Page, server: FileServer, attributes: string): Promise<Frame> {
  await page.goto(server.article(`<!doctype html><iframe style="width: 1400px; height: 880px" ${attributes}></iframe>`));
  return page.frames()[1]!;
}

for (const [frame, attributes, notKept] of [
  // Of a private window, as each test's is.
  ['a frame on another site', '', BLOCKED],
  ['a sandboxed frame', 'sandbox="allow-scripts"', SANDBOXED],
] as const) {
  test(`the page works in ${frame}`, async ({ page, server }) => {
    const told = complaints(page);
    await works(await framed(page, server, `${attributes} src="${server.page.replace(server.origin, server.elsewhere)}"`), server, notKept);
    expect(told).toEqual([]);
  });
}

test('the API works in a sandboxed frame', async ({ page, server }) => {
  const frame = await framed(page, server, 'sandbox="allow-scripts" srcdoc="<title>An example in a course</title>"');
  const told = await frame.evaluate(
    async ([api, model]) => {
      const { Logitscope, keptModels, deleteKeptModel } = (await import(api)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model);
      const run = await scope.run([1, 5, 9]);
      const { total } = await run.attribute({ answer: 7, unit: 'head' });
      scope.close();
      return { parts: total.length, notKept: scope.notKept, kept: await keptModels(), deleted: await deleteKeptModel(model).then(() => 'deleted', String) };
    },
    [`${server.page}logitscope.js`, server.model('tiny-a')] as const,
  );
  expect(told).toEqual({ parts: 1, notKept: expect.stringMatching(SANDBOXED) as unknown, kept: [], deleted: 'deleted' });
});

/** Elements of a model and of an exported answer, as somebody else's page has them. */
const elements = (server: FileServer, answer: string) => `<!doctype html><title>An example in a course</title>
  <script type="module" src="${server.page}elements.js"></script>
  <logit-attribution model="${server.page}models/bundled" prompt="When Mary and John went to the store, John gave a drink to" answer=" Mary" incorrect=" John"></logit-attribution>
  <logit-attribution src="${answer}"></logit-attribution>`;

async function elementsAnswer(page: Page | Frame): Promise<void> {
  const element = page.locator('logit-attribution');
  await expect(element).toHaveCount(2);
  for (const at of [0, 1]) {
    await element.nth(at).scrollIntoViewIfNeeded();
    await expect(element.nth(at).getByRole('application').first()).toBeVisible();
    await expect(element.nth(at)).toContainText('The parts add up');
  }
}

test('elements answer in a sandboxed frame', async ({ page, server }) => {
  const told = complaints(page);
  const answer = new Article(page, server).serve('heads.json', exported('heads'));
  await page.goto(server.article('<!doctype html><iframe sandbox="allow-scripts" style="width: 800px; height: 1200px"></iframe>'));
  await page.locator('iframe').evaluate((frame: HTMLIFrameElement, srcdoc) => { frame.srcdoc = srcdoc; }, elements(server, answer));
  await expect.poll(() => page.frames().length).toBe(2);
  await elementsAnswer(page.frames()[1]!);
  expect(told).toEqual([]);
});

test('the page works where the browser stores nothing', async ({ server }) => {
  const profile = await mkdtemp(join(tmpdir(), 'logitscope-profile-'));
  await mkdir(join(profile, 'Default'));
  // What "block all cookies" sets.
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const context = await chromium.launchPersistentContext(profile, { executablePath: process.env['CHROME'], chromiumSandbox: false });
  try {
    const [page = await context.newPage()] = context.pages();
    const told = complaints(page);
    await page.goto(server.page);
    expect(await page.evaluate(() => navigator.storage.getDirectory().catch(String))).toMatch(/^SecurityError/);
    await works(page, server, BLOCKED);
    const answer = new Article(page, server).serve('heads.json', exported('heads'));
    await page.goto(server.article(elements(server, answer)));
    await elementsAnswer(page);
    expect(told).toEqual([]);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
