import { renamed } from './renamed';
import { expect, test, type Logitscope } from './test';

const LONG = 'ab'.repeat(500_000);

/** Opens the bundled model with other texts for some of its tokens. */
async function openWith(scope: Logitscope, texts: Record<string, string>, prompt: string, answer: string): Promise<void> {
  await scope.load(renamed(scope.server, 'renamed', texts));
  await expect(scope.modelButton).toHaveAccessibleName(/renamed/);
  await scope.prompt.fill(prompt);
  await scope.answer.fill(answer);
  await scope.incorrect.fill('');
  await scope.answered();
}

test('a token of a million characters is shown short, and downloads have names that every system takes', async ({ scope, page }) => {
  await openWith(scope, { 'Ġis': LONG }, `The capital of France${LONG}`, '');
  await expect(scope.tokens.last()).toContainText('…');
  const id = await scope.tokens.last().getAttribute('title');
  expect(id?.length).toBeLessThan(1200);
  await scope.answer.fill(`#${/id (\d+)/.exec(id ?? '')?.[1]}`);
  await expect.poll(async () => (await scope.numbers()).answer.text.length).toBe(LONG.length);
  const { name } = await scope.download('CSV');
  expect(name.length).toBeLessThan(200);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
  const texts = await page.evaluate(() => {
    const within = (root: ParentNode & Node): number => {
      const shadows = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []);
      return (root.textContent?.length ?? 0) + shadows.reduce((length, shadow) => length + within(shadow), 0);
    };
    return within(document.body);
  });
  expect(texts).toBeLessThan(100_000);
});

test('characters without ink, or that turn text round, are shown as escapes', async ({ scope }) => {
  await openWith(scope, { 'Ġis': '\u202e\u00a0\u0007' }, 'The capital of France\u202e\u00a0\u0007', '');
  await expect(scope.tokens.last()).toHaveText('\\u{202e}\\u{a0}\\u{7}');
  await scope.answer.fill('\\u{202e}\\u{a0}\\u{7}');
  await expect.poll(async () => (await scope.numbers()).answer.text).toBe('\u202e\u00a0\u0007');
});

test('a dot is a space as an answer, and a dot with a backslash a dot', async ({ scope }) => {
  await openWith(scope, { 'Ġis': '·', 'Ġthe': '\\·' }, 'The capital of France·', ' Paris');
  await expect(scope.answer).toHaveValue('·Paris');
  await expect(scope.tokens.last()).toHaveText('\\·');
  for (const [typed, text, shown] of [
    ['\\·', '·', '\\·'],
    ['\\\\\\·', '\\·', '\\\\\\·'],
    [' Paris', ' Paris', '·Paris'],
  ] as const) {
    await scope.answer.fill('');
    await scope.answer.pressSequentially(typed);
    await expect.poll(async () => (await scope.numbers()).answer.text).toBe(text);
    await expect(scope.answer).toHaveValue(shown);
  }
});

test('an input method composes undisturbed, in the prompt and in an answer', async ({ scope, page, context }) => {
  const devtools = await context.newCDPSession(page);
  const compose = (text: string) => devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  for (const [field, before, tokens] of [
    [scope.answer, '', 'question-type'],
    [scope.prompt, 'The', 'prompt-type'],
  ] as const) {
    await field.fill(before);
    await scope.answered();
    await page.evaluate((name) => {
      const told: unknown[] = ((globalThis as unknown as { told: unknown[] }).told = []);
      addEventListener(name, (event) => told.push((event as CustomEvent).detail));
    }, tokens);
    const told = () => page.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);
    await field.focus();
    await field.press('End');
    await compose('i ');
    await compose('i t');
    await expect(field).toHaveValue(`${before}i t`);
    await page.waitForTimeout(300);
    expect(await told()).toEqual([]);
    await devtools.send('Input.insertText', { text: ' it' });
    await expect.poll(told).toContainEqual(tokens === 'prompt-type' ? `${before} it` : { answer: ' it' });
    await expect(field).toHaveValue(tokens === 'prompt-type' ? `${before} it` : '·it');
  }
});

test('a sentence stands as it is written, from the right or from the left', async ({ scope }) => {
  await scope.prompt.fill('“שלום” and more');
  await expect(scope.prompt).toHaveCSS('direction', 'rtl');
  await scope.prompt.fill('When ‏שלום');
  await expect(scope.prompt).toHaveCSS('direction', 'ltr');
});
