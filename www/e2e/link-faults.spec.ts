import type { Page } from '@playwright/test';
import { expect, test } from './test';

const PROMPT = 'prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to';

/** Links with all that they may have. */
const LINKS = [
  `${PROMPT}&answer=+Mary&incorrect=+John&incorrect=+Tom&path=L3H4%4013%2Cscore%3AL2H5%4010%3Aquery&unit=component&selected=L2H5&position=14&generated=284%2C318`,
  `${PROMPT}&answer=%23284&contrast=log-probability&view=when&shade=entropy&cell=3%2C7&bos=0`,
  `${PROMPT}&answer=+Mary&incorrect=+John&view=what-if&ablation=mean&at=last&corrupted=When+Mary+and+John+went+to+the+store%2C+Mary+gave+a+drink+to&site=z_by_position&head=3&cell=2%2C9&inside=1`,
  'model=bundled%401000&view=always&set=preset%3Awho-gets-the-drink&unit=layer&embed=0',
];

/** What is asked for and is not there. */
const NOWHERE = [
  `${PROMPT}&answer=%23999999`,
  `${PROMPT}&answer=%23-1&incorrect=%234294967296`,
  `${PROMPT}&answer=+Mary&generated=999999,4294967297,99999999999999999999`,
  `${PROMPT}&answer=+Mary&position=99999999999999999999`,
  `${PROMPT}&answer=+Mary&path=L3H4%40999`,
  `${PROMPT}&answer=+Mary&path=L9H4%4013`,
  `${PROMPT}&answer=+Mary&path=L3H4%4099999999999999999999`,
  `${PROMPT}&answer=+Mary&path=L0H0%400,L3H4%4013`,
  `${PROMPT}&answer=+Mary&path=neuron%3AL3N99999`,
  `${PROMPT}&answer=+Mary&path=score%3AL3H99%4013%3Akey`,
  `${PROMPT}&answer=+Mary&path=${'L3H4%4013,'.repeat(1000)}`,
  `${PROMPT}&answer=+Mary&selected=L99H99`,
  `${PROMPT}&answer=+Mary&selected=__proto__&unit=constructor`,
  `${PROMPT}&answer=+Mary&view=when&cell=99,99`,
  `${PROMPT}&answer=+Mary&view=what-if&corrupted=When&site=z&cell=99,99&head=99`,
  `${PROMPT}&answer=+Mary&view=what-if&corrupted=&site=__proto__`,
  'model=bundled%4099999999&view=always&set=preset%3A__proto__',
  'prompt=%E0%A4%A&answer=%ED%A0%80',
  'prompt=%00%07&answer=%F0%9F',
];

/** Follows a link, and waits until what it asks has an answer, or a reason why it has none. */
async function follow(page: Page, link: string): Promise<void> {
  await page.evaluate((link) => (location.hash = link), link);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)));
}

test('a link that is cut anywhere, or leads to what is not there, leaves a page that answers', async ({ scope, page }) => {
  test.slow();
  const links = [...LINKS.flatMap((link) => Array.from({ length: Math.ceil(link.length / 17) }, (_, i) => link.slice(0, i * 17 + 1))), ...NOWHERE];
  for (const link of links) await follow(page, link);
  for (const link of NOWHERE.filter((_, i) => i % 5 === 0)) {
    await page.goto('about:blank');
    await page.goto(`${scope.server.page}#${link}`);
    await expect(page.locator('answer-charts .charts, [role=alert], .notice').first()).toBeVisible();
  }
  await follow(page, `prompt=The+capital+of+France+is&answer=+Paris`);
  await expect(scope.prompt).toHaveValue('The capital of France is');
  await scope.answered();
  expect((await scope.numbers()).answer.text).toBe(' Paris');
});

test('a link of 1 MB is answered, or said to be too long, and the page goes on', async ({ scope, page }) => {
  test.slow();
  const long = ['The+capital+'.repeat(90_000), 'a'.repeat(1_000_000)];
  const others = '&incorrect=+Rome'.repeat(60_000);
  const links = [
    `prompt=${long[0]}&answer=+Paris`,
    `prompt=The+capital+of+France+is&answer=${long[1]}`,
    `prompt=The+capital+of+France+is&answer=+Paris&path=${'L3H4%402,'.repeat(110_000)}`,
    `model=${long[1]}&prompt=The+capital+of+France+is`,
  ];
  for (const link of links) {
    await follow(page, link);
    await follow(page, `prompt=The+capital+of+Italy+is&answer=+Rome`);
    await expect(scope.prompt).toHaveValue('The capital of Italy is', { timeout: 30_000 });
    await scope.answered();
    await expect(scope.identity).toContainText('The parts add up');
  }
  expect((await scope.numbers()).answer.text).toBe(' Rome');
  await follow(page, `prompt=The+capital+of+Italy+is&answer=+Paris${others}`);
  await expect(page.locator('.notice')).toContainText('compares with 60,000 tokens. The first 100 are taken');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
});
