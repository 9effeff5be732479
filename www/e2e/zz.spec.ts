import { test } from './test';
test('look', async ({ scope, page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.screenshot({ path: '/tmp/shots/d0.png' });
  await page.goto(`${scope.server.page}#prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John&unit=head&path=L3H4%4013`);
  await scope.answered();
  await page.waitForTimeout(800);
  await page.screenshot({ path: '/tmp/shots/d1.png' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: '/tmp/shots/d2.png' });
});
