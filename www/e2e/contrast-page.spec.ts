import type { Attribution, Effects } from '../src/api/logitscope';
import { wrong } from './axe';
import { expect, test, type Logitscope, type Numbers } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';

type Asked = { incorrect?: string | string[]; contrast?: 'log-probability' };

/** What the API says in the tab of the test, and which token is the likeliest but the answer. */
function api({ page, server }: Logitscope, asked: Asked): Promise<{ attribution: number[]; logit: number[]; runnerUp: string }> {
  return page.evaluate(
    async ({ module, model, prompt, asked }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await scope.run(prompt);
      const answer = ' Mary';
      const { attribution, logit }: Attribution = await run.attribute({ answer, ...asked, unit: 'head' });
      const runnerUp = (await run.predictions(-1, 2)).find(({ text }) => text !== answer)!.text;
      scope.close();
      return { attribution: [...attribution], logit, runnerUp };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt: PROMPT, asked },
  );
}

const dotted = (text: string) => text.replace(' ', '·');
const exported = async (scope: Logitscope) => (await scope.numbers()) as Omit<Numbers, 'incorrect'> & { incorrect?: { text: string } | { text: string }[]; contrast?: string };

test('the runner-up is one click away', async ({ scope, page }) => {
  await page.getByRole('button', { name: 'Clear: compare with none' }).click();
  await scope.answered();
  await page.getByRole('button', { name: 'the runner-up' }).click();
  const { runnerUp } = await api(scope, {});
  await expect(scope.incorrect).toHaveValue(dotted(runnerUp));
});

test('several tokens are compared with by the mean of their logits, and a link says so', async ({ scope, page }) => {
  const more = page.getByRole('textbox', { name: /^Incorrect: token 2/ });
  await page.getByRole('button', { name: 'Compare with something else' }).click();
  await page.getByRole('button', { name: 'One more token' }).click();
  await expect(more).toBeFocused();
  await page.keyboard.type(' Anna');
  await expect(more).toHaveValue('·Anna');
  await expect(scope.chart('Heads')).toHaveAccessibleName(/·Mary − mean of ·John, ·Anna/);
  await scope.answered();
  const asked = { incorrect: [' John', ' Anna'] };
  const { attribution, logit } = await api(scope, asked);
  const numbers = await exported(scope);
  expect(numbers.attribution).toEqual(attribution);
  expect(numbers.logit).toEqual(logit);
  expect(numbers.incorrect).toMatchObject([{ text: ' John' }, { text: ' Anna' }]);
  await expect(scope.selected).toContainText('than the mean of ·John, ·Anna.');
  await expect(page).toHaveTitle(/^Why ·Mary rather than the mean of ·John, ·Anna\?/);
  await expect.poll(() => new URL(page.url()).hash).toContain('incorrect=+John&incorrect=+Anna');
  await page.reload();
  await scope.answered();
  await expect(more).toHaveValue('·Anna');
  // Which of them is not one token is said, and left out it is nothing any more.
  await more.fill('Italian');
  await expect(scope.alert).toContainText('Italian');
  await page.getByRole('button', { name: 'Leave Italian out' }).click();
  await expect(scope.alert).toHaveCount(0);
  await expect(scope.chart('Heads')).toHaveAccessibleName(/·Mary − ·John/);
});

test('an answer is compared with all by their probability, in each view', async ({ scope, page }) => {
  await page.getByRole('button', { name: 'Compare with something else' }).click();
  expect(await wrong(page)).toEqual([]);
  await page.getByRole('button', { name: 'All, by probability' }).click();
  await expect(scope.chart('Heads')).toHaveAccessibleName(/·Mary − all, by probability/);
  await scope.answered();
  const { attribution, logit } = await api(scope, { contrast: 'log-probability' });
  const numbers = await exported(scope);
  expect(numbers.attribution).toEqual(attribution);
  expect(numbers.logit).toEqual(logit);
  expect(numbers.contrast).toBe('log-probability');
  expect(numbers.incorrect).toBeUndefined();
  await expect(scope.incorrect).toHaveAttribute('placeholder', 'all, by probability');
  await expect.poll(() => new URL(page.url()).hash).toContain('contrast=log-probability');
  await page.getByRole('tab', { name: 'What if' }).click();
  await expect(page.locator('removal-bar progress')).toHaveCount(0);
  await expect(page.locator('removal-bar [role=status]')).not.toBeEmpty();
  const { effects } = (await scope.numbers()) as unknown as { effects: Effects };
  effects.direct.forEach((direct, i) => expect(Math.abs(direct - (attribution[i] ?? NaN))).toBeLessThan(1e-6));
  await page.goBack();
  await page.goBack();
  await expect(scope.incorrect).toHaveValue('·John');
});
