import type { Page } from '@playwright/test';
import type { Lens, Readout } from '../src/api/logitscope';
import { wrong } from './axe';
import { randomModel } from './checkpoint';
import { expect, test, type Logitscope } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';
const ASKED = { answer: ' Mary', incorrect: ' John' };

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const chart = (page: Page) => page.getByRole('application', { name: /^What it would say/ });
const panel = (page: Page) => page.locator('lens-panel');
const said = (page: Page) => page.locator('lens-view [role=status]');

/** Opens when it was known, and waits for all of it. */
async function when({ page }: Logitscope): Promise<void> {
  await tab(page, 'When was it known').click();
  await known(page);
}

async function known(page: Page): Promise<void> {
  await expect(said(page)).not.toBeEmpty();
  await expect(page.locator('lens-bar progress')).toHaveCount(0);
  await expect(page.locator('lens-view .figure')).not.toHaveAttribute('data-stale');
}

/** What the API says in the tab of the test. */
function api({ page, server }: Logitscope): Promise<{ lens: Lens; readouts: Readout[] }> {
  return page.evaluate(
    async ({ module, model, prompt, answer }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run(prompt);
      const lens = await run.lens({ answer, position: null, k: 10 });
      const readouts = await run.readouts({ parts: ['L2H5', '3_mlp_out', 'embed'], k: 5 });
      scope.close();
      return { lens, readouts };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt: PROMPT, answer: ASKED.answer },
  );
}

/** As the page prints numbers. */
const signed = (value: number) =>
  new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(value).replace('-', '−');

test('the table is the API’s lens, and a sentence says since when', async ({ scope, page }) => {
  await when(scope);
  const { lens } = await api(scope);
  const shown = JSON.parse((await scope.download('JSON', 'Lens')).bytes.toString()) as Lens & { answer: { probability: number[][]; rank: number[][] } };
  const { answer, ...rest } = lens;
  expect(shown).toMatchObject({ ...rest, answer: answer! });

  const last = lens.positions.length - 1;
  const rank = lens.answer!.rank.map((of) => of[last] ?? NaN);
  const since = rank.findLastIndex((of) => of !== 0) + 1;
  expect(since).toBeGreaterThan(0);
  const label = lens.labels[since] ?? '';
  const state = label.endsWith('mid') ? `after the attention of layer ${parseInt(label)}` : `after the MLP of layer ${(label === 'final_post' ? (lens.labels.length - 1) / 2 : parseInt(label)) - 1}`;
  await expect(said(page)).toContainText('·Mary is first the likeliest');
  await expect(said(page)).toContainText(state);
  await expect(panel(page).locator('tbody tr')).toHaveCount(lens.labels.length);
  for (const [i, label] of lens.labels.entries()) await expect(panel(page).locator('tbody tr').nth(i)).toContainText(label);

  const csv = (await scope.download('CSV', 'Lens')).bytes.toString();
  expect(csv.split('\n').filter((line) => line && !line.startsWith('#'))).toHaveLength(1 + lens.labels.length * lens.positions.length * 10);
  expect((await scope.download('SVG', 'Lens')).bytes.toString()).toContain('·Mary is likeliest');
  expect((await scope.download('PNG', 'Lens')).bytes.subarray(1, 4).toString()).toBe('PNG');
});

test('arrow keys walk the states, a cell opens its tokens, and one of them becomes the answer there', async ({ scope, page }) => {
  await when(scope);
  const { lens } = await api(scope);
  const last = lens.positions.length - 1;
  await chart(page).focus();
  await page.keyboard.press('ArrowUp');
  await expect(panel(page)).toContainText('at ·to');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  const there = lens.top[lens.labels.length - 2]?.[last - 1] ?? [];
  await expect(panel(page).locator('tbody tr')).toHaveCount(10);
  await expect(panel(page).getByRole('heading')).toHaveText(/^After the attention of layer \d, at ·drink$/);
  await expect(panel(page).locator('tbody tr').first()).toContainText(there[0]!.text.trim());
  // A link brings the cell back.
  await expect.poll(() => new URL(page.url()).hash).toContain(`view=when&cell=${lens.labels.length - 2}%2C${last - 1}`);
  await page.reload();
  await known(page);
  await expect(panel(page).getByRole('heading')).toHaveText(/at ·drink$/);
  await panel(page).locator('tbody button').nth(1).click();
  await expect(scope.answer).toHaveValue(there[1]!.text.replace(' ', '·'));
  await expect(scope.incorrect).toHaveValue('');
  await expect(scope.tokens.nth(last - 1)).toHaveAttribute('aria-pressed', 'true');
  await known(page);
  await page.goBack();
  await expect(scope.answer).toHaveValue('·Mary');
  // Escape selects none.
  await known(page);
  await page.keyboard.press('Escape');
  await expect(panel(page).getByRole('heading')).toHaveText('State by state, at ·to');
});

test('from the state that first says the answer it is two clicks to the neuron that does', async ({ scope, page }) => {
  await page.getByRole('combobox', { name: 'Examples' }).selectOption('A capital');
  await scope.answered();
  await when(scope);
  const { labels, answer } = JSON.parse((await scope.download('JSON', 'Lens')).bytes.toString()) as Lens & { answer: { rank: number[][] } };
  const state = answer.rank.findIndex((of) => of.at(-1) === 0);
  const layer = parseInt(labels[state] ?? '') - 1;
  expect(labels[state]).toBe(`${layer + 1}_pre`);
  await panel(page).locator('tbody tr').nth(state).getByRole('button').click();
  await panel(page).getByRole('button', { name: `What the MLP of layer ${layer} says` }).click();
  await expect(tab(page, 'Who wrote it')).toHaveAttribute('aria-selected', 'true');
  await expect(scope.selected).toContainText(`${layer}_mlp_out`);
  await page.locator('part-words').getByRole('button', { name: `L${layer}N` }).first().click();
  await expect(page.locator('part-words .words').first()).toHaveAccessibleName(new RegExp(`^Tokens that L${layer}N\\d+ raises most$`));
  await page.goBack();
  await expect(tab(page, 'When was it known')).toHaveAttribute('aria-selected', 'true');
});

test('cells are shaded as the reader chooses, and a link says by what', async ({ scope, page }) => {
  await when(scope);
  const picture = async () => (await scope.download('SVG', 'Lens')).bytes.toString();
  expect(await picture()).toContain('100% probable');
  await page.locator('lens-bar').getByRole('button', { name: 'the answer’s rank' }).click();
  expect(await picture()).toContain('·Mary is 1st, log scale');
  await expect.poll(() => new URL(page.url()).hash).toContain('view=when&shade=rank');
  await page.locator('lens-bar').getByRole('button', { name: 'entropy' }).click();
  expect(await picture()).toContain('sure: no entropy');
  await page.goBack();
  await expect(page.locator('lens-bar').getByRole('button', { name: 'the answer’s rank' })).toHaveAttribute('aria-pressed', 'true');
});

test('the lens says how far it is, can be stopped, and goes on', async ({ blank: scope, page, server }) => {
  const slow = server.make('slow-lens', randomModel({ n_layer: 4, n_head: 4, n_embd: 256, n_positions: 256, vocab_size: 40000 }));
  const ids = Array.from({ length: 240 }, (_, i) => (i * 7) % 100).join(', ');
  await page.goto(`${server.page}#${new URLSearchParams({ model: slow, prompt: ids })}`);
  await scope.accept();
  await tab(page, 'When was it known').click();
  const work = page.locator('lens-bar .work');
  await expect(work).toContainText(/\d+%/);
  await work.getByRole('button', { name: 'Stop' }).click();
  await expect(work).toContainText('Stopped.');
  // The last position is known first, and stays.
  await expect(panel(page).locator('tbody tr').last()).toContainText('%');
  await work.getByRole('button', { name: 'Go on' }).click();
  await expect(work.getByRole('progressbar')).toBeVisible();
  await expect(work.getByRole('progressbar')).toHaveCount(0, { timeout: 45_000 });
  await expect(said(page)).not.toBeEmpty();
  const { entropy } = JSON.parse((await scope.download('JSON', 'Lens')).bytes.toString()) as Lens;
  expect(entropy.flat().every(Number.isFinite)).toBe(true);
});

test('what is pointed at is said', async ({ scope, page }) => {
  await when(scope);
  const { lens } = await api(scope);
  await scope.settled();
  const box = (await chart(page).boundingBox())!;
  // The last row, in the last state.
  await page.mouse.move(box.x + box.width - 60, box.y + box.height - 24 - 6);
  const tip = page.locator('lens-figure .tooltip');
  await expect(tip).toContainText('at the end, at ·to');
  await expect(tip).toContainText(/·Mary .*\d%/);
  await expect(tip).toContainText(`1st · entropy ${lens.entropy.at(-1)!.at(-1)!.toFixed(2)} nats`);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test('axe finds nothing wrong with it', async ({ scope, page }) => {
      // Axe takes half a minute of a page like this.
      test.slow();
      await when(scope);
      expect(await wrong(page, colorScheme)).toEqual([]);
      await chart(page).focus();
      await page.keyboard.press('ArrowUp');
      expect(await wrong(page, colorScheme), 'with a cell').toEqual([]);
      await tab(page, 'Who wrote it').click();
      await page.getByRole('link', { name: 'L2H5' }).first().click();
      await expect(page.locator('part-words .words').first()).toBeVisible();
      expect(await wrong(page, colorScheme), 'with a part’s words').toEqual([]);
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test('nothing scrolls sideways', async ({ scope, page }) => {
    await when(scope);
    await chart(page).tap();
    await expect(panel(page).locator('tbody tr')).toHaveCount(10);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});

test('a part’s words are the API’s, and a click asks about one', async ({ scope, page }) => {
  const { readouts } = await api(scope);
  const words = page.locator('part-words .words');
  for (const { part, promoted, suppressed } of readouts) {
    await page.goto(`${scope.server.page}#${new URLSearchParams({ prompt: PROMPT, ...ASKED, unit: part === 'L2H5' ? 'head' : 'component', selected: part })}`);
    await scope.answered();
    for (const [i, of] of [promoted, suppressed].entries()) {
      await expect(words.nth(i).getByRole('button')).toHaveCount(5);
      for (const [j, { text, value }] of of.entries()) await expect(words.nth(i).getByRole('button').nth(j)).toContainText(`${text.replace(' ', '·')} ${signed(value)}`);
    }
  }
  await page.goto(`${scope.server.page}#${new URLSearchParams({ prompt: PROMPT, ...ASKED, unit: 'head', selected: 'L2H5' })}`);
  await scope.answered();
  // What it takes from a token is said too.
  await page.locator('part-words').getByRole('button', { name: /^from / }).first().click();
  await expect(words.first()).toHaveAccessibleName(/^Tokens that L2H5@\d+ raises most$/);
  const second = words.first().getByRole('button').nth(1);
  const text = (await second.locator('.token').textContent()) ?? '';
  await second.click();
  await scope.answered();
  await expect(scope.answer).toHaveValue(text);
});
