import { expect, test } from './test';
const L = (n: string, s: number, more = '') => `#lesson=${n}&step=${s}&present=1${more}`;
const IOI = 'prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John';
const shots: [string, number, number, string][] = [
  ['who', 1280, 720, `#${IOI}&unit=head&selected=L2H5&present=1`],
  ['comp', 1280, 720, `#${IOI}&unit=component&present=1`],
  ['small', 640, 360, `#${IOI}&unit=head&selected=L2H5&present=1`],
  ['when', 1280, 720, `#${IOI}&view=when&present=1`],
  ['whenS', 640, 360, `#${IOI}&view=when&cell=4,5&present=1`],
  ['whatif', 1280, 720, `#${IOI}&view=what-if&unit=layer&present=1`],
  ['whatifH', 1280, 720, `#${IOI}&view=what-if&unit=head&selected=L2H5&present=1`],
  ['always', 1280, 720, `#${IOI}&view=always&unit=component&set=preset:who-gets-the-drink&present=1`],
  ['always0', 1280, 720, `#${IOI}&view=always&unit=component&present=1`],
  ['l1', 1280, 720, L('what-a-logit-is-made-of', 1)],
  ['ind5', 1280, 720, L('induction-is-two-heads', 5)],
  ['ind3s', 640, 360, L('induction-is-two-heads', 3)],
  ['fact3', 1280, 720, L('where-a-fact-is-written', 3)],
  ['circ2', 1280, 720, L('how-a-circuit-comes-into-being', 2)],
];
for (const [name, width, height, hash] of shots) {
  test(name, async ({ page, server }) => {
    await page.setViewportSize({ width, height });
    await page.goto(server.page + hash);
    await expect(page.locator('present-section')).toBeVisible();
    await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
    await page.waitForTimeout(1200);
    await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
    await page.screenshot({ path: `/tmp/shots/present/1-${name}.png` });
  });
}
