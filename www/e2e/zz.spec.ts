import { test } from './test';
const Q = '#prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John&unit=head';
for (const [name, colorScheme] of [['l', 'light'], ['k', 'dark']] as const)
test.describe(name, () => {
  test.use({ colorScheme });
  test('look', async ({ scope, page }) => {
    const shot = (n: string, full = false) => page.screenshot({ path: `/tmp/shots/${name}-${n}.png`, fullPage: full });
    const go = async (h: string) => { await page.goto('about:blank'); await page.goto(scope.server.page + Q + h); await scope.answered(); await page.waitForTimeout(700); };
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(''); await shot('0');
    await go('&selected=L3H4'); await shot('1');
    await go('&selected=3_mlp_out'); await shot('2');
    await go('&path=L3H4%4013&selected=L2H5'); await shot('3');
    await go('&path=L3H4%4013%2CL2H5%4010'); await shot('4');
    await go('&path=L3H4%4013%2Cneuron%3AL1N5'); await shot('5');
    await page.setViewportSize({ width: 390, height: 844 });
    await go('&selected=L3H4'); await shot('6', true);
    await go('&path=L3H4%4013&selected=L2H5'); await shot('7', true);
  });
});
