import { expect, test } from './test';
const L = (n: string, s: number, more = '') => `#lesson=${n}&step=${s}&present=1${more}`;
const IOI = 'prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John';
const only = (process.env['ONLY'] ?? '').split(',').filter(Boolean);
const shots: [string, number, number, string][] = [
  ['who', 1280, 720, `#${IOI}&unit=head&selected=L2H5&present=1`],
  ['hover', 1280, 720, `#${IOI}&unit=component&present=1`],
  ['dark', 1920, 1080, `#${IOI}&unit=component&present=1`],
  ['whenh', 1280, 720, `#${IOI}&view=when&present=1`],
  ['comph', 1280, 720, `#prompt=The+capital+city+of+France+is&answer=+Paris&incorrect=+London&view=what-if&corrupted=The+capital+city+of+England+is&site=parts&unit=head&present=1`],
  ['small', 640, 360, `#${IOI}&unit=head&selected=L2H5&present=1`],
  ['fact3', 1280, 720, L('where-a-fact-is-written', 3)],
  ['fact3s', 640, 360, L('where-a-fact-is-written', 3)],
  ['circ2s', 640, 360, L('how-a-circuit-comes-into-being', 2)],
  ['logit5s', 640, 360, L('what-a-logit-is-made-of', 5)],
  ['ind5s', 640, 360, L('induction-is-two-heads', 5)],
  ['alw2', 1280, 720, L('is-it-always-so', 2)],
  ['phone', 390, 844, `#${IOI}&unit=head&selected=L2H5&present=1`],
];
for (const [name, width, height, hash] of shots.filter(([name]) => !only.length || only.includes(name))) {
  test(name, async ({ page, server }) => {
    if (name === 'dark') await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width, height });
    await page.goto(server.page + hash);
    await expect(page.locator('present-section')).toBeVisible();
    await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
    await page.waitForTimeout(1000);
    await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
    if (/h(over)?$/.test(name)) {
      const box = (await page.getByRole('application').first().boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.74, box.y + box.height * 0.5);
      await page.waitForTimeout(300);
    }
    await page.screenshot({ path: `/tmp/shots/present/1-${name}.png` });
  });
}
