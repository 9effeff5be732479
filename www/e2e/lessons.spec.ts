import { wrong } from './axe';
import { compute, type Claimed } from './claims';
import { LESSONS, pages } from './course';
import { expect, test } from './test';

/** The numbers of a text: those with decimals, and percentages. */
const numbersIn = (text: string) => text.match(/−?\d+\.\d+%?|\d+%/g) ?? [];

/** A value, as a text has it that has this number. */
function written(value: number, like: string): string {
  const percent = like.endsWith('%');
  const decimals = /\.(\d+)/.exec(like)?.[1]?.length ?? 0;
  return (percent ? 100 * value : value).toFixed(decimals).replace('-', '−') + (percent ? '%' : '');
}

for (const { name, lesson } of LESSONS) {
  test(`what it says is so: ${name}`, async ({ page, server }) => {
    const { steps } = lesson;
    await page.goto(`${server.origin}/an/article`);
    const told = steps.flatMap(({ ask, ...step }) => [{ ...step, text: `${step.text} ${ask?.question ?? ''}` }, ...(ask ? [ask.then] : [])]);
    expect(steps.every(({ ask }) => !ask || ask.then.claims?.length)).toBe(true);
    const claimed: Claimed[] = told.flatMap(({ state, claims = [] }) => claims.map((claim) => ({ claim, state })));
    const values = await compute(page, server.page, claimed);
    let next = 0;
    for (const { text, claims = [] } of told) {
      const said = numbersIn(text);
      const computed = claims.map((claim) => {
        const value = values[next++];
        const what = `${JSON.stringify(claim)} is ${JSON.stringify(value)}: ${text}`;
        if (claim.is !== undefined) expect(value, what).toEqual(claim.is);
        if (claim.above !== undefined) expect(value, what).toBeGreaterThan(claim.above);
        if (claim.below !== undefined) expect(value, what).toBeLessThan(claim.below);
        const bounded = claim.is !== undefined || claim.above !== undefined || claim.below !== undefined;
        const isSaid = typeof value === 'number' && said.some((number) => written(value, number) === number);
        expect(bounded || isSaid, `neither bounded nor said: ${what}`).toBe(true);
        return value;
      });
      // And every number that is said is one of them.
      for (const number of said) {
        const found = computed.some((value) => typeof value === 'number' && written(value, number) === number);
        expect(found, `${number} is none of ${JSON.stringify(computed)}: ${text}`).toBe(true);
      }
    }
  });
}

test('the course is run from start to end by keyboard, and the page shows each step as it is linked to', async ({ scope, page }) => {
  test.slow();
  const strip = page.getByRole('region', { name: /^Lesson: / });
  const way = strip.locator('.way');
  await page.getByRole('button', { name: 'Lessons', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Lessons' })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  for (const [i, { name, listed, lesson }] of LESSONS.entries()) {
    expect(lesson.title).toBe(listed);
    await expect(strip).toHaveAccessibleName(`Lesson: ${listed}`);
    for (const [j, { text, step, asks }] of pages(lesson).entries()) {
      await expect(strip).toContainText(text);
      await expect(strip).toContainText(`${step} of ${lesson.steps.length}`);
      await expect.poll(() => new URL(page.url()).hash).toContain(`lesson=${name}&step=${step}`);
      await expect(page.locator('[aria-busy=true], [data-stale]')).toHaveCount(0);
      await expect(strip.getByText('shows something else')).toHaveCount(0);
      await expect(scope.alert).toHaveCount(0);
      if (asks) {
        const choice = strip.getByRole('button', { name: asks.choice, exact: true });
        await choice.focus();
        await page.keyboard.press('Enter');
        await expect(strip).toContainText(`Yes: ${asks.choice}`);
      } else if (j < pages(lesson).length - 1) {
        await page.keyboard.press(j % 2 ? 'PageDown' : 'ArrowRight');
      }
    }
    for (const { text, url } of lesson.sources) await expect(strip.getByRole('link', { name: text })).toHaveAttribute('href', url);
    if (i === 0) expect(await wrong(page)).toEqual([]);
    const following = LESSONS[i + 1];
    await expect(way.getByRole('button', { name: following ? `Next lesson: ${following.listed}` : 'Next' })).toBeEnabled({ enabled: Boolean(following) });
    if (following) {
      await way.locator('#on').focus();
      await page.keyboard.press('Enter');
    }
  }
  await way.getByRole('button', { name: 'Leave' }).focus();
  await page.keyboard.press('Enter');
  await expect(strip).toHaveCount(0);
  await expect.poll(() => page.url()).not.toContain('lesson=');
});
