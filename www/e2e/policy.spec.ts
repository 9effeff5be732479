import { test as base, expect } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { FileServer } from './server';
import { Logitscope } from './test';

/** The tightest that Logitscope works under, as the README has it. */
const [, POLICY = ''] = /Content-Security-Policy:\s+((?:.+\n)+)/.exec(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')) ?? [];
const policy = POLICY.replace(/\s+/g, ' ').trim();

for (const isolates of [true, false]) {
  const test = base.extend<{ server: FileServer }>({
    server: async ({}, use) => {
      const server = new FileServer(isolates, policy);
      await server.start();
      await use(server);
      await server.stop();
    },
  });

  test.use({ serviceWorkers: 'allow' });

  test.describe(isolates ? 'on a server that isolates the page' : 'where a service worker isolates the page', () => {
    test('under a strict Content-Security-Policy with Trusted Types the page works, and violates nothing', async ({ page, server }) => {
      const scope = new Logitscope(page, server);
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective, sample, blockedURI }) =>
          console.error(`violates ${effectiveDirective}: ${blockedURI} ${sample}`),
        );
      });
      await scope.open();
      expect((await page.request.get(server.page)).headers()['content-security-policy']).toContain("require-trusted-types-for 'script'");
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolates);

      // The charts have the height that so many heads need.
      const heads = scope.chart('Heads');
      const height = async () => (await heads.boundingBox())?.height ?? 0;
      const whole = await height();
      expect(whole).toBeGreaterThan(190);
      await page.setViewportSize({ width: 700, height: 900 });
      await expect.poll(height).toBeCloseTo(8 * 20 + 80, -1);
      await page.setViewportSize({ width: 1440, height: 900 });
      await expect.poll(height).toBe(whole);

      // The tooltip stands at what it is about.
      await scope.settled();
      const box = (await heads.boundingBox())!;
      const at = { x: box.width * 0.55, y: box.height * 0.6 };
      const between = async () => {
        // Anew, since the chart may have been pointed at before it was drawn at this size.
        await page.mouse.move(0, 0);
        await heads.hover({ position: at });
        const tooltip = (await heads.locator('.tooltip').boundingBox())!;
        const aside = Math.abs(tooltip.x + tooltip.width / 2 - (box.x + at.x));
        const away = Math.max(tooltip.y - (box.y + at.y), box.y + at.y - (tooltip.y + tooltip.height));
        return aside < 60 && away > 0 && away < 60 ? 'beside it' : `${aside} aside, ${away} away`;
      };
      await expect.poll(between).toBe('beside it');

      for (const format of ['PNG', 'SVG', 'CSV', 'JSON'] as const) expect((await scope.download(format)).bytes.length).toBeGreaterThan(100);

      for (const [tab, there] of [['When was it known', 'lens-figure canvas'], ['What if', 'what-if-charts canvas'], ['Always?', 'set-bar select']] as const) {
        await page.getByRole('tab', { name: tab }).click();
        await expect(page.locator(there).first()).toBeVisible();
      }
      await page.getByRole('tab', { name: 'Who wrote it' }).click();

      // A part with its sources, what is cited, a lesson, and all of it for many to see.
      await page.getByRole('button', { name: /, L3H4$/ }).first().click();
      await expect(scope.selected.getByRole('table', { name: /L3H4 takes/ })).toBeVisible();
      await page.getByRole('button', { name: 'Cite' }).click();
      await expect(page.getByRole('region', { name: 'BibTeX' })).toContainText('@misc');
      await page.keyboard.press('Escape');
      const saving = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save Heads as page', exact: true }).click();
      expect((await saving).suggestedFilename()).toMatch(/\.html$/);
      await page.getByRole('button', { name: 'Lessons', exact: true }).click();
      await page.getByRole('dialog', { name: 'Lessons' }).getByRole('button').first().click();
      const lesson = page.getByRole('region', { name: /^Lesson: / });
      await expect(lesson).toContainText('1 of ');
      await page.getByRole('button', { name: 'Present', exact: true }).click();
      await page.setViewportSize({ width: 1920, height: 1080 });
      const slide = page.getByRole('application').first();
      await expect.poll(async () => (await slide.boundingBox())?.height ?? 0).toBeGreaterThan(400);
      await page.getByRole('button', { name: 'Stop presenting' }).click();
      await page.setViewportSize({ width: 1440, height: 900 });
      await lesson.getByRole('button', { name: 'Leave' }).click();
      await scope.answered();
      expect(scope.complaints).toEqual([]);

      // On several threads, and kept.
      await scope.load(server.model('tiny-a'));
      await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
      // It has no words.
      await scope.prompt.fill('1,5,9');
      await scope.answer.fill('#7');
      await scope.incorrect.fill('');
      await scope.answered();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      const threads = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
      await scope.modelButton.click();
      const menu = page.getByRole('dialog', { name: 'Models' });
      await expect(menu).toContainText(threads === 1 ? 'on one thread' : `on ${threads} threads`);
      await expect(menu).toContainText('Kept in this browser');
      await page.keyboard.press('Escape');
      expect(scope.complaints).toEqual([]);

      await page.goto(`${server.page}card.html`);
      await expect(page.getByRole('heading').first()).toBeVisible();
      expect(scope.complaints).toEqual([]);
    });

    test('a page that allows no policy of this name is told what to allow', async ({ page, context, server }) => {
      await context.route(`${server.origin}/an/article`, (route) => {
        const headers = { 'content-type': 'text/html', 'content-security-policy': "require-trusted-types-for 'script'; trusted-types other" };
        return route.fulfill({ headers, body: '<!doctype html>' });
      });
      await page.goto(`${server.origin}/an/article`);
      const told = await page.evaluate(
        async ([api, model]) => {
          const { Logitscope } = (await import(api)) as typeof import('../src/api/logitscope');
          return Logitscope.load(model).then(String, String);
        },
        [`${server.page}logitscope.js`, server.model('tiny-a')] as const,
      );
      expect(told).toMatch(/^UnsupportedError: .*trusted-types logitscope/);
    });
  });
}
