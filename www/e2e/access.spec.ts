import { wrong } from './axe';
import { LESSONS } from './course';
import { expect, test } from './test';

const IOI = new URLSearchParams({ prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John' });

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('axe finds nothing wrong', async ({ scope, page }) => {
      // Axe takes half a minute of a page like this.
      test.slow();
      expect(await wrong(page, colorScheme)).toEqual([]);
      await scope.answer.fill('Italian');
      await expect(scope.alert).toBeVisible();
      expect(await wrong(page, colorScheme), 'with an error').toEqual([]);
      await page.getByRole('button', { name: 'Generate…' }).click();
      expect(await wrong(page, colorScheme), 'with the menu of generation').toEqual([]);
      await page.keyboard.press('Escape');
      await scope.modelButton.click();
      expect(await wrong(page, colorScheme), 'with the menu of models').toEqual([]);
    });
  });
}

for (const [where, use] of Object.entries({
  light: { colorScheme: 'light' as const },
  dark: { colorScheme: 'dark' as const },
  'on a phone': { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
})) {
  test.describe(where, () => {
    test.use(use);

    test('axe finds nothing wrong with menus, with a part that is selected and in a lesson', async ({ scope, page }) => {
      test.slow();
      const check = async (what: string) => {
        await expect(page.locator('answer-panel[stale], [data-stale]')).toHaveCount(0);
        expect(await wrong(page, where === 'dark' ? 'dark' : 'light'), what).toEqual([]);
      };
      const open = async (button: string, dialog: string) => {
        await page.getByRole('button', { name: button, exact: true }).click();
        await expect(page.getByRole('dialog', { name: dialog })).toBeVisible();
        await check(`with the menu ${dialog}`);
        await page.keyboard.press('Escape');
      };
      const more = page.getByRole('button', { name: 'More ▾' });
      if (await more.isVisible()) await more.click();
      await open('Compare with something else', 'Compare with');
      const menu = page.getByRole('button', { name: 'Menu', exact: true });
      if (await menu.isVisible()) await menu.click();
      await open('Cite', 'Cite this view');
      await open('Lessons', 'Lessons');
      await page.keyboard.press('Escape');
      const go = (hash: string) => page.evaluate((hash) => (location.hash = hash), hash);
      await go(`${IOI}&selected=L3H4`);
      await expect(scope.selected.getByRole('table', { name: /L3H4 takes/ })).toBeVisible();
      await expect(page.locator('part-words .words').first()).toBeVisible();
      await check('with a head that is selected');
      const lesson = page.getByRole('region', { name: /^Lesson/ });
      const [first] = LESSONS;
      const asks = (first?.lesson.steps.findIndex(({ ask }) => ask) ?? 0) + 1;
      await go(`lesson=${first?.name}&step=${asks}`);
      await lesson.getByRole('group').getByRole('button').first().click();
      await check('with what a lesson answers');
      await go(`lesson=${first?.name}&step=${first?.lesson.steps.length}`);
      await expect(lesson).toContainText('Sources');
      await check('with the end of a lesson');
      await go('lesson=none&step=1');
      await expect(lesson.getByRole('alert')).toContainText('There is no lesson');
      await check('with a lesson that there is not');
    });
  });
}

test('the theme can be chosen', async ({ scope, page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor || getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('Dark');
  await expect.poll(ground).not.toBe(light);
  await page.reload();
  await scope.answered();
  expect(await ground()).not.toBe(light);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('nothing scrolls sideways, and what is touched is large enough', async ({ scope, page }) => {
    await scope.settled();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    const targets = page.locator('button:visible, select:visible, input:not([type=checkbox]):visible, textarea:visible');
    const small = await targets.evaluateAll((all) =>
      all.flatMap((target) => {
        const { width, height } = target.getBoundingClientRect();
        return height < 43.5 && width > 1 ? [`${Math.round(height)} px: ${target.outerHTML.slice(0, 120)}`] : [];
      }),
    );
    expect(small).toEqual([]);
    await page.getByRole('button', { name: /^More/ }).tap();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await scope.tokens.nth(3).tap();
    await scope.answered();
    await expect(scope.identity).toContainText('The parts add up');
  });
});

test('everything can be done with the keyboard', async ({ scope, page }) => {
  /** Presses Tab until what has the focus is `name`. */
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if (name.test(await page.evaluate(focused))) return;
    }
    throw new Error(`Tab never comes to ${name}`);
  };
  await scope.modelButton.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Models' })).toBeHidden();

  await tabTo(/^Prompt/);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('The capital of France is');
  await expect(scope.tokens).toHaveCount(6);
  await scope.answered();

  await tabTo(/^5: ·is/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(scope.tokens.nth(4)).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(scope.tokens.nth(5)).toHaveAttribute('aria-pressed', 'true');

  await tabTo(/^Answer/);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(' Paris');
  await tabTo(/^Incorrect/);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await scope.numbers()).answer.text).toBe(' Paris');
  await scope.answer.focus();

  await tabTo(/^Heads/);
  await page.keyboard.press('Enter');
  await expect(scope.selected).toContainText(/rank \d+ of \d+/);
  await page.keyboard.press('Home');
  await expect(scope.selected).toContainText(/L0H\d/);
  await page.keyboard.press('ArrowRight');
  await expect(scope.selected).toContainText(/L1H\d/);
  await page.keyboard.press('Escape');
  await expect(scope.selected).toContainText('Select a part');

  await tabTo(/^Components$/);
  await page.keyboard.press('Enter');
  await expect(scope.unit('Components')).toHaveAttribute('aria-pressed', 'true');
});

/** The accessible name of what has the focus, through shadow roots. */
function focused(): string {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
}

test('the predictions are one stop of the Tab key, and arrows walk them', async ({ scope, page }) => {
  const stops = page.locator('prediction-list button[tabindex="0"]');
  await expect(stops).toHaveCount(1);
  await scope.predictions.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: /^vs ·Mary/ })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await scope.answered();
  await expect(scope.answer).toHaveValue('·Jane');
  await expect(stops).toHaveCount(1);
});
