import { expect } from '@playwright/test';
import { test } from './plain';
import { Logitscope } from './test';


const tinyA = 'prompt=1%2C5%2C9&answer=%237';

test.use({ serviceWorkers: 'allow' });

test('the bundled model waits for nothing; a large one is loaded isolated, on several threads, without asking again', async ({ page, server }) => {
  const scope = new Logitscope(page, server);
  let loads = 0;
  page.on('load', () => (loads += 1));
  await scope.open();
  expect(loads).toBe(1);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);

  await scope.prompt.fill('The capital city of Italy is');
  await scope.load(server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await scope.answered().catch(() => {});
  expect(loads).toBe(2);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(scope.prompt).toHaveValue('The capital city of Italy is');
  const threads = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
  await scope.modelButton.click();
  await expect(page.getByRole('dialog', { name: 'Models' })).toContainText(`on ${threads} threads`);
  await expect.poll(() => page.workers().length).toBe(threads);
  expect(scope.complaints).toEqual([]);

  await page.reload();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  expect(loads).toBe(3);
});

test('a question in the link survives the reload, and its model is asked about once', async ({ page, server }) => {
  const scope = new Logitscope(page, server);
  await scope.open(`#model=${encodeURIComponent(server.model('tiny-a'))}&${tinyA}`);
  await scope.accept();
  await expect(scope.prompt).toHaveValue('1,5,9');
  await expect(scope.answer).toHaveValue('#7');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test('while the model of a page that was loaded again is on its way, the bundled one answers', async ({ page, server }) => {
  server.faults.set('tiny-a/model.safetensors', 'stall');
  const scope = new Logitscope(page, server);
  await scope.open();
  await scope.load(server.model('tiny-a'));
  await page.waitForFunction(() => crossOriginIsolated);
  await expect(page.getByRole('progressbar')).toBeVisible();
  await scope.answered();
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await expect(scope.offer).toHaveCount(0);
  expect(page.url()).toContain(encodeURIComponent(server.model('tiny-a')));
});

test.describe('where service workers are blocked', () => {
  test.use({ serviceWorkers: 'block' });

  test('everything works, on one thread', async ({ page, server }) => {
    const scope = new Logitscope(page, server);
    await scope.open(`#model=${encodeURIComponent(server.model('tiny-a'))}&${tinyA}`);
    await scope.accept();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await scope.modelButton.click();
    await expect(page.getByRole('dialog', { name: 'Models' })).toContainText('on one thread');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.workers().length).toBe(1);
    expect((await scope.numbers()).labels.at(-1)).toBe('remainder');
  });
});
