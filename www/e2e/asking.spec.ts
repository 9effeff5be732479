import { expect, test } from './test';

test.describe('what everybody does first', () => {
  test('a sentence of one’s own is asked about what the model says, not about the words of the example before', async ({ scope, page }) => {
    await scope.prompt.fill('The capital city of Italy is');
    await scope.answered();
    await expect(scope.answer).toHaveValue('');
    await expect(scope.incorrect).toHaveValue('');
    await expect(page.getByText('The bundled model says ·Rome (99.7%).')).toBeVisible();
    await expect(page).toHaveTitle('Why ·Rome? · Logitscope');
    await scope.predictions.nth(1).click();
    await scope.answered();
    await expect(page).toHaveTitle('Why ·Paris? · Logitscope');
    await expect(page.getByText('·Paris is 2nd at 0.03%.')).toBeVisible();
  });

  test('words that the reader chose stay when the sentence changes', async ({ scope }) => {
    await scope.incorrect.fill(' Jane');
    await scope.answered();
    await scope.prompt.fill('When Sophie and John went to the store, John gave a drink to');
    await scope.answered();
    await expect(scope.incorrect).toHaveValue('·Jane');
    await expect(scope.answer).toHaveValue('');
  });

  test('an example’s words come back with its sentence', async ({ scope }) => {
    const sentence = await scope.prompt.inputValue();
    await scope.prompt.fill(`${sentence} `);
    await scope.answered();
    await expect(scope.answer).toHaveValue('');
    await scope.prompt.fill(sentence);
    await scope.answered();
    await expect(scope.answer).toHaveValue('·Mary');
    await expect(scope.incorrect).toHaveValue('·John');
  });

  test('both words show their probability and rank', async ({ scope, page }) => {
    await expect(page.locator('question-line .odds')).toHaveText(['99.9% 1st', /^<0.01% \d+(st|nd|rd|th)$/]);
    await scope.answer.fill('');
    await scope.incorrect.fill('');
    await scope.answered();
    await expect(page.locator('question-line .odds')).toHaveText(['99.9% 1st']);
  });

  test('a word without its space asks back', async ({ scope, page }) => {
    await scope.answer.fill('Mary');
    const hint = page.getByText('Did you mean ·Mary (99.9%)?');
    await expect(hint).toBeVisible();
    await page.getByRole('button', { name: 'Use ·Mary' }).click();
    await expect(scope.answer).toHaveValue('·Mary');
    await expect(hint).toBeHidden();
  });

  test('a word of several tokens offers its first', async ({ scope, page }) => {
    await scope.answer.fill(' Maryjohn');
    await expect(scope.alert).toContainText('Maryjohn');
    await scope.alert.getByRole('button', { name: /^Use / }).click();
    await scope.answered();
    await expect(scope.alert).toBeHidden();
    const [first] = (await scope.numbers()).answer.text.match(/^ .*/) ?? [];
    expect(' Maryjohn'.startsWith(first ?? '?')).toBe(true);
    await expect(page).toHaveTitle(/^Why ·M/);
  });

  test('what is compared with becomes the answer, and the other way round', async ({ scope }) => {
    await scope.predictions.nth(1).click();
    await scope.answered();
    await scope.page.getByRole('button', { name: /^vs ·Mary/ }).click();
    await scope.answered();
    await scope.predictions.first().click();
    await scope.answered();
    await expect(scope.answer).toHaveValue('·Mary');
    await expect(scope.incorrect).toHaveValue('·Jane');
  });

  test('an empty sentence is no error, and nothing that is shown looks current', async ({ scope, page }) => {
    await page.getByRole('checkbox', { name: 'BOS first' }).uncheck();
    await scope.answered();
    await scope.prompt.fill('');
    await expect(page.locator('answer-panel')).toHaveAttribute('stale');
    await expect(scope.alert).toBeHidden();
    await scope.prompt.fill('The capital city of Italy is');
    await scope.answered();
    await expect(page.locator('answer-panel')).not.toHaveAttribute('stale');
  });

  test('after an error the panel is as dim as the charts', async ({ scope, page }) => {
    await scope.answer.fill(' nothingofthiskind');
    await expect(scope.alert).toBeVisible();
    await expect(page.locator('answer-panel')).toHaveAttribute('stale');
  });

  test('the bytes of a character stand together and show it', async ({ scope, page }) => {
    await scope.prompt.fill('The word 你 is');
    await scope.answered();
    const names = (await scope.tokens.allTextContents()).join(' ');
    expect(names).toContain('你 1/3 你 2/3 你 3/3');
    expect(names).not.toContain('\\x');
    await expect(page.getByRole('group', { name: /^Tokens/ }).getByTitle(/the bytes \\xE4/)).toHaveCount(1);
  });
});

test('Back undoes what the reader did, change by change, and Forward does it again', async ({ scope, page }) => {
  const sentence = await scope.prompt.inputValue();
  await page.getByRole('combobox', { name: 'Examples' }).selectOption({ index: 2 });
  await scope.answered();
  const second = await scope.prompt.inputValue();
  expect(second).not.toBe(sentence);
  await scope.prompt.pressSequentially(' and so', { delay: 30 });
  await scope.answered();
  await scope.predictions.nth(2).click();
  await scope.answered();
  const chosen = await scope.answer.inputValue();
  await scope.unit('Components').click();

  await page.goBack();
  await expect(scope.unit('Heads')).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(scope.answer).toHaveValue('');
  await expect(scope.prompt).toHaveValue(`${second} and so`);
  await page.goBack();
  await expect(scope.prompt).toHaveValue(second);
  await page.goBack();
  await expect(scope.prompt).toHaveValue(sentence);
  await expect(scope.answer).toHaveValue('·Mary');
  await scope.answered();
  await page.goForward();
  await page.goForward();
  await page.goForward();
  await scope.answered();
  await expect(scope.answer).toHaveValue(chosen);

  // It knows which words are the reader's own.
  await scope.prompt.fill('The capital city of Italy is');
  await scope.answered();
  await expect(scope.answer).toHaveValue(chosen);
});

test('Back goes to the model before', async ({ scope, page }) => {
  await scope.load(scope.server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await page.goBack();
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await scope.answered();
});

test('the menu of examples says which one is asked, however it came to be', async ({ scope, page }) => {
  const examples = page.getByRole('combobox', { name: 'Examples' });
  for (const index of ['1', '2']) {
    await examples.selectOption(index);
    await scope.answered();
  }
  await page.goBack();
  await expect(examples).toHaveValue('1');
  await examples.selectOption('2');
  await expect(examples).toHaveValue('2');
  await scope.prompt.fill('When Mary left');
  await expect(examples).toHaveValue('-1');
});

test('the likeliest token and the one that it is compared with change places, though nobody named the first', async ({ scope, page }) => {
  await scope.prompt.fill('The capital of France is');
  await expect(scope.tokens).toHaveCount(6);
  await scope.answered();
  await page.getByRole('button', { name: /^vs / }).first().click();
  await expect(scope.incorrect).not.toHaveValue('');
  await scope.answered();
  expect(await scope.answer.inputValue()).toBe('');
  const [likeliest, other] = [await scope.answer.getAttribute('placeholder'), await scope.incorrect.inputValue()];
  await page.getByRole('button', { name: new RegExp(`^Explain ${other.replace(/\W/g, '\\$&')}, `) }).click();
  await expect(scope.answer).toHaveValue(other);
  expect(likeliest).toContain(await scope.incorrect.inputValue());
});

test('what was said of a link goes when another model is chosen', async ({ scope, page }) => {
  await page.evaluate(() => (location.hash = location.hash.replace(/&position=\d+|$/, '&position=99')));
  const told = page.getByRole('status').getByText(/no position 99/);
  await expect(told).toBeVisible();
  await scope.load(scope.server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await expect(told).toHaveCount(0);
});

test('after another token a preset’s note gives way to what is so there', async ({ scope, page }) => {
  await expect(page.getByText('Heads L2H5 and L2H4 look at')).toBeVisible();
  await scope.tokens.nth(5).click();
  await scope.answered();
  await expect(page.getByText('The bundled model says ·to (>99.9%).')).toBeVisible();
  await expect(page.getByText('Heads L2H5 and L2H4 look at')).toBeHidden();
  await scope.tokens.last().click();
  await expect(page.getByText('Heads L2H5 and L2H4 look at')).toBeVisible();
});

test('a link to a question that there is no answer to says so, with tokens as the page shows them', async ({ page, server }) => {
  const nothing = page.getByText('There is nothing to show until the question is mended.');
  await page.goto(`${server.page}#prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+Mary`);
  await expect(page.getByRole('alert')).toHaveText(/Both words are ·Mary/);
  await expect(nothing).toBeVisible();
  await page.getByRole('textbox', { name: /^Answer/ }).fill('·Xyzzyqq');
  await expect(page.getByRole('alert')).toContainText('·Xyzzyqq splits into 7 tokens, ·X y z');
  await expect(nothing).toBeVisible();
});

test('a token without letters is set apart from the sentence that it is in', async ({ scope, page }) => {
  await scope.answer.fill('.');
  await scope.incorrect.fill(',');
  await expect.poll(() => page.title()).toBe('Why “.” rather than “,”? · Logitscope');
});
