import { expect, test } from './test';
for (const [n, s] of [['what-a-logit-is-made-of', 1], ['is-it-always-so', 2]] as const) test(n, async ({ page, server }) => {
  await page.setViewportSize({ width: 320, height: 568 });
  await page.goto(`${server.page}#lesson=${n}&step=${s}`);
  await expect(page.getByRole('application').first()).toBeVisible();
  for (let i = 0; i < 6; i++) {
    await page.waitForTimeout(400);
    console.log(await page.evaluate(() => [scrollY, document.documentElement.style.getPropertyValue('--strip'), getComputedStyle(document.documentElement).scrollPaddingBottom]), JSON.stringify(await page.getByRole('application').first().boundingBox()), JSON.stringify(await page.getByRole('region', { name: /^Lesson: / }).boundingBox()));
  }
  await page.screenshot({ path: `/tmp/shots/present/2-${n}.png` });
});
