import { test } from './test';
for (const [w,h,name] of [[1440,900,'a'],[1280,720,'b'],[853,480,'c'],[390,844,'d'],[320,568,'e']] as const) test(`shot ${name}`, async ({ scope }) => {
  await scope.page.setViewportSize({ width: w, height: h });
  await scope.page.waitForTimeout(500);
  await scope.page.screenshot({ path: `/tmp/shots/${name}.png` });
  await scope.prompt.fill('The capital city of Italy is');
  await scope.page.waitForTimeout(800);
  await scope.page.screenshot({ path: `/tmp/shots/${name}2.png` });
});
