import type { Page } from '@playwright/test';
import { expect, test, type Logitscope } from './test';

/** Keeps the bundled model's weights back until they are given. */
async function withheld(page: Page): Promise<() => void> {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  await page.route('**/models/bundled/model.safetensors', (route) => given.then(() => route.continue()));
  return give;
}

/** The three charts, and what they answer, as they are while the model is on its way. */
async function isForetold({ page, answer, identity, predictions }: Logitscope): Promise<void> {
  await expect(page.locator('chart-figure')).toHaveCount(3);
  await expect(page.locator('answer-charts .charts')).toHaveAttribute('aria-busy', 'true');
  await expect(page.locator('answer-charts .charts')).not.toHaveAttribute('data-stale');
  await expect(answer).toHaveValue('·Mary');
  await expect(predictions.first()).toHaveAccessibleName(/^Explain ·Mary, [\d.]+%$/);
  await expect(identity).toContainText('The parts add up');
}

test('what the page opens with is there before the model, and is what the model answers', async ({ blank, page }) => {
  const give = await withheld(page);
  await page.goto(blank.server.page);
  await isForetold(blank);
  const foretold = await blank.numbers();
  give();
  await blank.answered();
  const { attribution, ...answered } = await blank.numbers();
  expect({ labels: answered.labels, answer: answered.answer, incorrect: answered.incorrect, tokens: answered.tokens }).toEqual({
    labels: foretold.labels,
    answer: foretold.answer,
    incorrect: foretold.incorrect,
    tokens: foretold.tokens,
  });
  // Two machines' float32.
  attribution.forEach((value, i) => expect(value).toBeCloseTo(foretold.attribution[i] ?? NaN, 4));
});

test('what is asked before the model is there is answered once it is', async ({ blank, page }) => {
  const give = await withheld(page);
  await page.goto(blank.server.page);
  await isForetold(blank);
  await blank.predictions.nth(1).click();
  await expect(blank.answer).toHaveValue('·Jane');
  await expect(page.locator('answer-charts .charts')).toHaveAttribute('data-stale');
  await blank.prompt.fill('The capital of Italy is');
  give();
  await expect(blank.answer).toHaveValue('·Jane');
  await blank.answered();
  expect((await blank.numbers()).tokens.map(({ text }) => text).join('')).toContain('The capital of Italy is');
});

test('without the model it stays, dimmed, beside what went wrong', async ({ blank, page, server }) => {
  blank.expected = /Failed to load resource/;
  server.faults.set('model.safetensors', 'missing');
  await page.goto(server.page);
  await expect(blank.alert).toContainText('model.safetensors');
  await expect(page.locator('chart-figure')).toHaveCount(3);
  await expect(page.locator('answer-charts .charts')).toHaveAttribute('data-stale');
  server.faults.clear();
  await blank.alert.getByRole('button', { name: 'Try again' }).click();
  await blank.answered();
});

test('of another model it is not shown as if it were its answer', async ({ blank, page, server }) => {
  await withheld(page);
  await page.goto(server.page);
  await isForetold(blank);
  // It has no tokenizer, so the sentence is no question to it.
  await blank.load(server.model('tiny-a'));
  await expect(page.getByText('This model has no tokenizer, so the prompt is token ids')).toBeVisible();
  await expect(page.locator('answer-charts .charts')).toHaveAttribute('data-stale');
});
