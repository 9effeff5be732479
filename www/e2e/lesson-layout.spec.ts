import type { Page } from '@playwright/test';
import { LESSONS, pages } from './course';
import { expect, test } from './test';

const strip = (page: Page) => page.getByRole('region', { name: /^Lesson: / });

/** How far the charts go below the upper edge of the lesson, and how much of the one that is best seen is to be seen, of what there is room for. */
async function charts(page: Page): Promise<{ below: number; seen: number }> {
  const edge = (await strip(page).boundingBox())?.y ?? NaN;
  // What the panel has besides scrolls within it.
  const shown = page.locator('answer-charts, what-if-charts, lens-figure, patch-figure').getByRole('application');
  const boxes = await Promise.all((await shown.all()).map((chart) => chart.boundingBox()));
  const known = boxes.filter((box) => box !== null);
  if (!known.length) return { below: NaN, seen: NaN };
  const seen = known.map(({ y, height }) => Math.max(0, Math.min(y + height, edge) - Math.max(y, 0)) / Math.min(height, edge));
  return { below: Math.round(Math.max(...known.map(({ y, height }) => y + height - edge))), seen: Math.max(...seen) };
}

for (const [width, height] of [[1440, 900], [320, 568]] as const) {
  test.describe(`${width}x${height}`, () => {
    test.use({ viewport: { width, height } });
    for (const { name, lesson } of LESSONS) {
      test(`the lesson covers no chart that it tells of: ${name}`, async ({ page, server }) => {
        test.slow();
        await page.goto(`${server.page}#lesson=${name}`);
        for (const [i, { text }] of pages(lesson).entries()) {
          if (i) await page.keyboard.press('PageDown');
          await expect(strip(page)).toContainText(text);
          await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
          if (width > 1000) await expect.poll(async () => (await charts(page)).below, text).toBeLessThanOrEqual(0);
          else await expect.poll(async () => (await charts(page)).seen, text).toBeGreaterThan(0.95);
        }
      });
    }
  });
}

test('where a lesson is about the training, its slider is there, in little room too', async ({ page, server }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${server.page}#lesson=how-a-circuit-comes-into-being`);
  await expect(page.getByRole('slider', { name: 'steps trained' })).toBeInViewport();
  await page.goto(`${server.page}#lesson=heads-that-move-names`);
  await expect(strip(page)).toContainText('pushes for ·Mary');
  await expect(page.getByRole('slider', { name: 'steps trained' })).toBeHidden();
  await page.getByRole('button', { name: /^More/ }).click();
  await expect(page.getByRole('slider', { name: 'steps trained' })).toBeVisible();
});
