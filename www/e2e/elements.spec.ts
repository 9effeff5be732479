import type { JSHandle, Page } from '@playwright/test';
import { expect, frames, test } from './test';

/** How often each element rendered. */
type Updates = Record<string, number>;

/** Counts, from now on, the updates of every element that is on the page. */
function countUpdates(page: Page): Promise<JSHandle<Updates>> {
  return page.evaluateHandle(() => {
    const updates: Updates = {};
    const watch = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        const { localName: name, shadowRoot } = element;
        if (shadowRoot) watch(shadowRoot);
        const lit = element as unknown as { performUpdate?: () => void };
        const { performUpdate } = lit;
        if (!performUpdate) continue;
        lit.performUpdate = function () {
          updates[name] = (updates[name] ?? 0) + 1;
          performUpdate.call(this);
        };
      }
    };
    watch(document);
    return updates;
  });
}

/** Waits until nothing is left that comes once the charts are painted, and counts from there. */
async function quiet(updates: JSHandle<Updates>): Promise<void> {
  await updates.evaluate(async (updates) => {
    do {
      for (const name of Object.keys(updates)) delete updates[name];
      await new Promise((resolve) => setTimeout(resolve, 2000));
    } while (Object.keys(updates).length);
  });
}

test('a hover renders the charts and the tokens, once for each part, and nothing else on the page', async ({ scope, page }) => {
  await scope.settled();
  const heads = scope.chart('Heads');
  const box = (await heads.boundingBox())!;
  const [x, y] = [box.x + box.width / 2 + 40, box.y + box.height / 2];
  const updates = await countUpdates(page);
  await quiet(updates);
  await page.mouse.move(x, y);
  await expect(heads.locator('.tooltip')).toContainText(/rank \d+ of \d+/);
  await frames(page);
  const first = await updates.jsonValue();
  expect(Object.keys(first).sort()).toEqual(['answer-charts', 'chart-figure', 'token-strip']);

  // Within the same part, nothing at all.
  await page.mouse.move(x + 5, y);
  await page.mouse.move(x + 10, y);
  await frames(page);
  expect(await updates.jsonValue()).toEqual(first);

  await scope.table.getByRole('button', { name: /L0H0$/ }).hover();
  await expect(heads.locator('.tooltip')).toHaveCount(0);
  await frames(page);
  expect(Object.keys(await updates.jsonValue()).sort()).toEqual(['answer-charts', 'chart-figure', 'token-strip']);
  expect((await updates.jsonValue())['chart-figure']).toBeGreaterThan(first['chart-figure'] ?? NaN);
});

test('what is hovered in the table is marked in the charts', async ({ scope, page }) => {
  await scope.settled();
  const drawn = () => scope.chart('Heads').locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const row = scope.table.getByRole('button', { name: /L2H5$/ });
  await row.scrollIntoViewIfNeeded();
  await page.mouse.move(0, 0);
  await frames(page);
  const before = await drawn();
  await row.hover();
  await expect.poll(drawn).not.toBe(before);
  await page.mouse.move(0, 0);
  await expect.poll(drawn).toBe(before);
});

test('a chart that is moved to another place is drawn there, at each of its sizes', async ({ scope, page }) => {
  await page.evaluate(() => {
    const answer = document.querySelector('logitscope-page')!.shadowRoot!.querySelector('answer-section')!.shadowRoot!.querySelector('section')!;
    const place = document.createElement('div');
    place.id = 'place';
    place.style.cssText = 'display: grid; width: 500px; height: 300px';
    answer.append(place);
    place.append(answer.querySelector('answer-charts')!.shadowRoot!.querySelector('chart-figure.head')!);
  });
  const canvas = page.locator('#place chart-figure canvas');
  const drawn = () =>
    canvas.evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
      const inks = new Set(new Uint32Array(data.buffer));
      return { width, height, ink: inks.size > 10 };
    });
  await expect.poll(drawn).toEqual({ width: 500, height: 300, ink: true });
  await page.locator('#place').evaluate((place) => {
    place.style.width = '640px';
    place.style.height = '360px';
  });
  await expect.poll(drawn).toEqual({ width: 640, height: 360, ink: true });

  // It goes on being the chart of the page's question.
  await scope.chart('Heads').click();
  await expect(scope.selected).toContainText(/L\d+H\d+|remainder/);
});
