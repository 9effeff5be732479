import { expect, quiet, resize, test } from './test';

for (const [name, width, height] of [
  ['a projector, 1280x720 at 150%', 853, 480],
  ['a large screen at 200%', 960, 540],
  ['a phone', 390, 844],
  ['a small phone', 320, 568],
] as const) {
  test.describe(name, () => {
    test.use({ viewport: { width, height } });

    test('a chart is on the first screen, and all of the question one click away', async ({ scope, page }) => {
      await scope.settled();
      const chart = await scope.chart('Running sum').boundingBox();
      expect((chart?.y ?? 0) + (chart?.height ?? Infinity)).toBeLessThanOrEqual(height);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await expect(scope.tokens.first()).toBeHidden();
      const more = page.getByRole('button', { name: /^More/ });
      await expect(more).toHaveAttribute('aria-expanded', 'false');
      await more.click();
      await expect(scope.tokens.last()).toBeVisible();
      await expect(scope.predictions.first()).toBeVisible();
      await page.getByRole('button', { name: /^Less\b/ }).click();
      await expect(scope.tokens.first()).toBeHidden();
      await scope.prompt.fill('The capital city of Italy is');
      await expect(page.getByText('The bundled model says ·Rome (99.7%).')).toBeVisible();
    });
  });
}

test('the chosen token is in sight, however many there are', async ({ scope, page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await page.getByRole('button', { name: /^More/ }).click();
  await scope.prompt.fill('The capital city of Italy is Rome. '.repeat(6));
  await scope.answered();
  const chosen = page.locator('token-strip [aria-pressed="true"]');
  const inSight = async () => {
    const [strip, token] = [await page.locator('token-strip .strip').boundingBox(), await chosen.boundingBox()];
    return Boolean(strip && token && token.y >= strip.y - 1 && token.y + token.height <= strip.y + strip.height + 1);
  };
  await expect.poll(inSight).toBe(true);
  await quiet(page);
  await page.goto(page.url().replace(/position=\d+&|&unit/, '&position=2&unit'));
  await page.reload();
  await scope.answered();
  await page.getByRole('button', { name: /^More/ }).click();
  await expect.poll(inSight).toBe(true);
});

test('in a frame there are the question, one chart, and a link to the page', async ({ scope, page, context }) => {
  await page.setViewportSize({ width: 800, height: 500 });
  await scope.unit('Components').click();
  await expect.poll(() => page.url()).toContain('unit=component');
  const whole = page.url();
  await page.goto(`${scope.server.page}?embed=1${whole.replace(/^[^#]*/, '')}`);
  const chart = page.getByRole('application', { name: /^Components/ });
  await expect(chart).toBeVisible();
  await expect(page.locator('chart-figure')).toHaveCount(1);
  await expect(page.getByRole('heading', { name: 'Why ·Mary rather than ·John?' })).toBeVisible();
  await expect(page.getByText('When Mary and John went to the store, John gave a drink to')).toBeVisible();
  await scope.settled();
  expect(await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight])).toEqual([800, 500]);
  const box = await chart.boundingBox();
  expect(box?.height).toBeGreaterThan(300);
  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Open in Logitscope' }).click();
  const full = await opened;
  await expect(full.getByRole('textbox', { name: 'Prompt' })).toHaveValue('When Mary and John went to the store, John gave a drink to');
  expect(full.url()).not.toContain('embed');
});

test('paper shows the charts whole, dark on white', async ({ scope, page }) => {
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
  await scope.answered();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await resize(page, { width: 700, height: 1000 });
  const drawn = () =>
    page.locator('chart-figure canvas').evaluateAll((all) =>
      (all as HTMLCanvasElement[]).map((canvas) => {
        const { width, height } = canvas.getBoundingClientRect();
        const whole = Math.abs((width / height) * (canvas.height / canvas.width) - 1) < 0.05;
        return { whole, ground: [...canvas.getContext('2d')!.getImageData(1, 1, 1, 1).data] };
      }),
    );
  await expect.poll(drawn).toEqual(Array(3).fill({ whole: true, ground: [255, 255, 255, 255] }));
});

test('on paper nothing lies over anything, and what a window folds is unfolded', async ({ scope, page }) => {
  await page.getByRole('tab', { name: /^When/ }).click();
  await expect(page.locator('lens-figure')).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  const bottom = async (of: string) => page.locator(of).evaluate((element) => element.getBoundingClientRect().bottom);
  const top = async (of: string) => page.locator(of).first().evaluate((element) => element.getBoundingClientRect().top);
  for (const width of [1440, 1047, 718]) {
    await resize(page, { width, height: 720 });
    await expect.poll(async () => (await top('lens-panel h2')) - (await bottom('lens-section .sum canvas')), `${width}`).toBeGreaterThanOrEqual(0);
    await expect(page.getByRole('button', { name: /^More/ })).toBeHidden();
    await expect(page.getByRole('button', { name: 'Help' })).toBeHidden();
    await expect(scope.tokens.first()).toBeVisible();
  }
});

test('where the system’s colours are the only ones, everything that says something is still there', async ({ page, scope }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await scope.answered();
  const outlined = (selector: string) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(await outlined('prediction-list [aria-pressed="true"]')).toBe('solid');
  expect(await outlined('token-strip [aria-pressed="true"]')).toBe('solid');
  expect(await outlined('answer-panel .units [aria-pressed="true"]')).toBe('solid');
  expect(await outlined('chart-figure canvas')).toBe('solid');
});

for (const [width, height] of [[1440, 900], [390, 844]] as const) {
  test(`from view to view the sentence, its tokens, the question and the views’ names stay where they are, at ${width}x${height}`, async ({ scope, page }) => {
    await resize(page, { width, height });
    await scope.settled();
    const above = ['prompt-editor textarea', 'token-strip', 'question-line', '[role="tablist"]'];
    const where = () => Promise.all(above.map((of) => page.locator(of).boundingBox()));
    const before = await where();
    for (const tab of [/^When/, /^What if/, /^Always/, /^Who/]) {
      await page.getByRole('tab', { name: tab }).click();
      await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
      expect(await where(), String(tab)).toEqual(before);
    }
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('all that the page’s head has room for elsewhere is in its menu', async ({ scope, page }) => {
    const menu = page.getByRole('button', { name: 'Menu', exact: true });
    await expect(page.getByRole('button', { name: 'Help' })).toBeHidden();
    await menu.tap();
    for (const name of ['Copy link', 'Cite', 'Present', 'Help']) await expect(page.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
    await page.getByRole('button', { name: 'Help' }).tap();
    await expect(page.getByRole('button', { name: 'Copy link' })).toBeHidden();
    await menu.tap();
    await page.getByRole('button', { name: 'Lessons', exact: true }).tap();
    await page.getByRole('dialog', { name: 'Lessons' }).getByRole('listitem').getByRole('button').first().tap();
    await expect(page.getByRole('region', { name: /^Lesson:/ })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Copy link' })).toBeHidden();
    await scope.answered();
  });

  test('what is to be known of a prompt’s words is said where the rest of the question is folded', async ({ scope, page }) => {
    await scope.prompt.fill('When Xyzzyqq and John went to the store, John gave a drink to');
    await expect(page.getByText('“Xyzzyqq” is not a word that the bundled model knows')).toBeVisible();
  });
});
