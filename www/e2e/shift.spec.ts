import type { Page } from '@playwright/test';
import { expect, test, type Logitscope } from './test';

declare global {
  interface Window {
    shifts: { at: number; value: number }[];
  }
}

const IOI = new URLSearchParams({ prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John' });
const found = (page: Page) => page.locator('set-bar [role=status]');

/** What can be opened, and when all of it is there. */
const VIEWS: Record<string, { hash: string; ready: (scope: Logitscope) => Promise<void> }> = {
  who: { hash: '', ready: (scope) => scope.answered() },
  'a head': {
    hash: `${IOI}&unit=head&selected=L2H5`,
    ready: async ({ page, selected }) => {
      await expect(page.locator('part-words .words').first()).toBeVisible();
      await expect(selected).toContainText('random tokens, said twice');
    },
  },
  'an MLP': { hash: `${IOI}&unit=component&selected=3_mlp_out`, ready: ({ page }) => expect(page.locator('part-words .words').first()).toBeVisible() },
  when: { hash: 'view=when', ready: ({ page }) => expect(page.locator('lens-view [role=status]')).not.toBeEmpty() },
  always: {
    hash: 'view=always&set=preset:a-capital',
    ready: async ({ page }) => {
      await expect(found(page)).toContainText('Over 100');
      await expect(page.locator('set-bar progress')).toHaveCount(0);
    },
  },
};

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test.describe(`${viewport.width} wide`, () => {
    test.use({ viewport });
    for (const [name, { hash, ready }] of Object.entries(VIEWS)) {
      test(`what comes moves nothing that stands: ${name}`, async ({ page, blank: scope }) => {
        await page.addInitScript(() => {
          window.shifts = [];
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) window.shifts.push({ at: Math.round(entry.startTime), value: entry.value });
          }).observe({ type: 'layout-shift', buffered: true });
        });
        await page.goto(`${scope.server.page}#${hash}`);
        await ready(scope);
        const shifts = await page.evaluate(async () => {
          // Told with the frames after.
          await new Promise((resolve) => setTimeout(resolve, 200));
          return window.shifts;
        });
        // As the field's score counts it, of which 0.1 is good; here it is a word of a line that gives way to a shorter one.
        expect(shifts.reduce((sum, { value }) => sum + value, 0), JSON.stringify(shifts)).toBeLessThan(0.01);
      });
    }
  });
}
