import type { Page } from '@playwright/test';
import { expect, quiet, test } from './test';

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

const IOI = `${PROMPT}&answer=+Mary&incorrect=+John`;
const OTHER = 'corrupted=When+Mary+and+John+went+to+the+store%2C+Mary+gave+a+drink+to';

/** Whose fields contradict one another. */
const CONTRADICTIONS = [
  `${IOI}&embed=1&present=1&view=when`,
  `${IOI}&present=1&view=when&cell=99,99&path=L3H4%4013`,
  `${IOI}&present=1&view=what-if&${OTHER}&site=parts&path=L3H4%4013`,
  `${IOI}&view=what-if&inside=1&cell=2,9&site=z`,
  `${IOI}&view=what-if&${OTHER}&site=z&cell=1,14&inside=1`,
  `${IOI}&view=what-if&${OTHER}&site=z_by_position&head=99&cell=2,9&inside=1`,
  `${IOI}&view=what-if&${OTHER}&site=resid_pre&cell=99,99&inside=1&present=1`,
  `${IOI}&view=what-if&corrupted=When&site=parts&unit=layer`,
  `${IOI}&view=what-if&corrupted=&site=resid_pre&inside=1&cell=0,0`,
  `${IOI}&contrast=log-probability&incorrect=+Tom`,
  `${PROMPT}&answer=+Mary&incorrect=+Mary`,
  `${PROMPT}&answer=+Mary&incorrect=+John&incorrect=+John`,
  `${PROMPT}&prompt=The+capital+of+France+is&answer=+Mary&answer=+Paris`,
  `${IOI}&position=3&path=L3H4%4013`,
  `${IOI}&position=3&generated=284,318&bos=0`,
  `${IOI}&unit=layer&selected=L3H4&set=preset:a-capital`,
  `${IOI}&view=always&path=L3H4%4013&selected=0_mlp_out`,
  'prompt=&bos=0&view=what-if&present=1',
  'prompt=&view=always&set=preset:a-capital&present=1',
  `${IOI}&lesson=heads-that-move-names&step=2&view=when`,
  `${IOI}&lesson=heads-that-move-names&step=99&said=99&embed=1`,
  `${IOI}&model=bundled%401000&lesson=heads-that-move-names&step=1&present=1`,
  `${IOI}&model=files:mine&present=1&lesson=file:mine.json`,
];

test('a link that contradicts itself shows one thing, and the link of that shows it again', async ({ blank: scope, page }) => {
  test.setTimeout(240_000);
  const shown = page.locator('chart-figure, lens-figure, effect-scatter, patch-figure, [role=alert], .notice, logitscope-page .grey').filter({ visible: true }).first();
  const settle = async (link: string) => {
    await page.goto('about:blank');
    await page.goto(`${scope.server.page}#${link}`);
    await expect(shown, link).toBeVisible();
    await expect(page.locator('[aria-busy=true], progress'), link).toHaveCount(0, { timeout: 30_000 });
    // The address is kept up to date a moment later.
    await quiet(page);
    return new URL(page.url()).hash.slice(1);
  };
  for (const link of CONTRADICTIONS) {
    const once = await settle(link);
    expect(await settle(once), link).toBe(once);
    // Left, by whichever way there is.
    for (let i = 0; i < 4; i += 1) await page.keyboard.press('Escape');
  }
  await page.goto('about:blank');
  await scope.open(`#${IOI}`);
  await expect(scope.identity).toContainText('The parts add up');
});

test('nothing runs that stands in a link, in whichever of its fields', async ({ blank: scope, page }) => {
  test.slow();
  scope.expected = /Failed to load resource/;
  await page.addInitScript(() => ((self as unknown as { ran: () => void }).ran = () => console.error('ran')));
  const hostile = `<img src=x onerror=ran()>"' onload="ran()</style><script>ran()</script>`;
  const fields = ['prompt', 'answer', 'incorrect', 'path', 'selected', 'unit', 'view', 'cell', 'set', 'site', 'corrupted', 'generated', 'lesson', 'present', 'embed', 'step'];
  const models = [hostile, `files:${hostile}`, `https://example.invalid/${hostile}`, `owner/name@${hostile}`, `bundled@${hostile}`];
  const links = [...fields.map((name) => [name, hostile]), ...['answer', 'incorrect', 'corrupted'].map((name) => [name, 'javascript:ran()']), ...models.map((model) => ['model', model])];
  for (const [name = '', value = ''] of links) {
    const link = new URLSearchParams('prompt=The+capital+of+France+is&answer=+Paris&view=what-if&corrupted=The+capital+of+Italy+is');
    link.set(name, value);
    if (name !== 'view' && name !== 'corrupted') link.delete('view');
    await page.goto('about:blank');
    await page.goto(`${scope.server.page}#${link}`);
    await expect(page.locator('chart-figure, patch-figure, [role=alert], .notice').first(), name).toBeVisible();
    await page.waitForTimeout(200);
    expect(await page.locator('img, [onload], [onerror]').count(), name).toBe(0);
  }
});
