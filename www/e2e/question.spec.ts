import { expect, test } from './test';

test('every example is answered as it says, and adds up', async ({ scope, page }) => {
  const examples = page.getByRole('combobox', { name: 'Examples' });
  const names = (await examples.getByRole('option').allTextContents()).slice(1);
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) {
    await examples.selectOption(name);
    await scope.answered();
    await expect(scope.identity).toContainText('The parts add up');
    const wanted = await scope.answer.inputValue();
    await expect(page.getByText('expect nonsense'), name).toHaveCount(0);
    await expect(scope.predictions.first(), name).toHaveAccessibleName(new RegExp(`^Explain ${wanted.replace(/\W/g, '\\$&')}, `));
  }
});

test('another prompt, position, answer and comparison are answered at once', async ({ scope, page }) => {
  await scope.prompt.fill('The capital of France is');
  await expect(scope.tokens).toHaveCount(6);
  await expect(scope.tokens.last()).toHaveText('·is');
  await scope.answered();

  await scope.tokens.nth(4).click();
  await expect(scope.tokens.nth(4)).toHaveAttribute('aria-pressed', 'true');
  await scope.answered();
  expect((await scope.numbers()).position).toBe(4);

  const second = scope.predictions.nth(1);
  const text = (await second.locator('.token').textContent()) ?? '';
  await second.click();
  await expect(second).toHaveAttribute('aria-pressed', 'true');
  await scope.answered();
  await page.getByRole('button', { name: /^vs / }).first().click();
  await expect(scope.incorrect).not.toHaveValue('');
  await expect.poll(async () => (await scope.numbers()).incorrect).toBeDefined();
  const asked = await scope.numbers();
  expect(asked.answer.text).toBe(text.replaceAll('·', ' '));
  expect(asked.logit[0]).toBeLessThan(0);

  await page.getByRole('button', { name: 'Swap' }).click();
  await scope.answered();
  await expect.poll(async () => (await scope.numbers()).logit[0]).toBeCloseTo(-(asked.logit[0] ?? NaN), 5);

  await page.getByRole('button', { name: 'Clear: compare with none' }).click();
  await scope.answered();
  await expect.poll(async () => (await scope.numbers()).incorrect).toBeUndefined();
});

test('BOS can be left out', async ({ scope, page }) => {
  const before = await scope.tokens.allTextContents();
  await page.getByRole('checkbox', { name: 'BOS first' }).uncheck();
  await expect(scope.tokens).toHaveText(before.slice(1));
  await scope.answered();
  await expect(scope.identity).toContainText('The parts add up');
});

test('an answer that is no single token is explained, with the likely fix one click away', async ({ scope, page }) => {
  await scope.answer.fill('Italian');
  await expect(scope.alert).toContainText('Italian');
  await expect(scope.answer).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('button', { name: 'Use ·Italian' }).click();
  await scope.answered();
  await expect(scope.alert).toHaveCount(0);
  await expect(scope.answer).toHaveValue('·Italian');
});

test('a word compared with itself is refused where it was typed', async ({ scope }) => {
  await scope.incorrect.fill('·Mary');
  await expect(scope.alert).toContainText('Both words are ·Mary: compare it with another');
  await expect(scope.incorrect).toHaveAttribute('aria-invalid', 'true');
  await expect(scope.answer).toHaveAttribute('aria-invalid', 'false');
  await scope.incorrect.fill('·John');
  await scope.answered();
  await expect(scope.alert).toHaveCount(0);
});

test('an empty prompt and one that is too long are explained, and nothing is lost', async ({ scope, page }) => {
  const sentence = await scope.prompt.inputValue();
  await scope.prompt.fill('');
  await expect(page.locator('answer-panel')).toHaveAttribute('stale');
  await scope.prompt.fill('the '.repeat(2000));
  await expect(scope.alert).toContainText(/\d+ tokens/);
  await scope.prompt.fill(sentence);
  await expect(scope.alert).toHaveCount(0);
  await scope.answered();
  await expect(scope.identity).toContainText('The parts add up');
});

test('the newest of many questions is the one that is answered', async ({ scope }) => {
  await scope.prompt.fill('');
  await scope.prompt.pressSequentially('The capital of Italy is', { delay: 15 });
  for (const index of [1, 2, 3, 4, 5, 3]) await scope.tokens.nth(index).click();
  await scope.answered();
  const raced = await scope.numbers();
  expect(raced.tokens.map(({ text }) => text).slice(1).join('')).toBe('The capital of Italy is');
  expect(raced.position).toBe(3);

  await scope.tokens.nth(5).click();
  await scope.tokens.nth(3).click();
  await scope.answered();
  expect(await scope.numbers()).toEqual(raced);
});

test('what the model writes can be explained token by token', async ({ scope, page }) => {
  const written = page.getByRole('button', { name: /written by the model/ });
  await page.getByRole('button', { name: 'Generate…' }).click();
  await page.getByRole('spinbutton', { name: 'Tokens' }).fill('3');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await expect(written.first()).toHaveText('·Mary');
  await scope.answered();
  await written.first().click();
  await scope.answered();
  await expect(scope.answer).toHaveValue('·Mary');
  await page.getByRole('button', { name: 'Clear what it wrote' }).click();
  await expect(written).toHaveCount(0);
});

test('an example that is chosen before the first written token is asked where it asks', async ({ scope, page }) => {
  await scope.tokens.nth(3).click();
  await scope.answered();
  await page.evaluate(() => {
    const editor = document.querySelector('logitscope-page')?.shadowRoot?.querySelector('ask-section')?.shadowRoot?.querySelector('prompt-editor');
    editor?.dispatchEvent(new CustomEvent('generate-start', { detail: { maxTokens: 10 }, bubbles: true, composed: true }));
    const examples = editor?.shadowRoot?.querySelector('select');
    if (!examples) return;
    examples.value = '2';
    examples.dispatchEvent(new Event('change'));
  });
  await expect(scope.prompt).not.toHaveValue(/drink/);
  await scope.answered();
  await page.waitForTimeout(1000);
  await expect(page.getByRole('button', { name: /written by the model/ })).toHaveCount(0);
  await expect(scope.tokens.last()).toHaveAttribute('aria-pressed', 'true');
  expect(page.url()).not.toContain('position=');
});

test('parts are selected in a chart or the table, and marked in both', async ({ scope, page }) => {
  await scope.settled();
  const heads = scope.chart('Heads');
  const box = (await heads.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const tooltip = heads.locator('.tooltip');
  await expect(tooltip).toContainText(/rank \d+ of \d+/);
  const label = (await tooltip.locator('.grey').textContent()) ?? '';
  await page.mouse.down();
  await page.mouse.up();
  await expect(scope.selected).toContainText(label);
  await expect(scope.table.getByRole('button', { name: new RegExp(`${label}$`), pressed: true })).toHaveCount(1);

  await scope.unit('Components').click();
  await scope.table.getByRole('button', { name: /0_mlp_out$/ }).click();
  await expect(scope.selected).toContainText('0_mlp_out');
  await scope.unit('Running sum').click();
  await expect(scope.table.getByRole('button', { name: /final_post$/ })).toHaveCount(1);
});

test('the focus stays with a part of the table when another answer puts it elsewhere', async ({ scope, page }) => {
  const labels = () => scope.table.locator('tbody button').allTextContents();
  await scope.table.getByRole('button', { name: /L3H2$/ }).focus();
  const before = (await labels()).indexOf('L3H2');
  await page.evaluate(() => void (location.hash = '#prompt=The+capital+city+of+Italy+is'));
  await expect.poll(async () => (await labels()).indexOf('L3H2')).not.toBe(before);
  await expect(scope.table.getByRole('button', { name: /L3H2$/ })).toBeFocused();
});

test('the table sorts by each column', async ({ scope }) => {
  const values = async () => {
    const cells = await scope.table.locator('tbody td:nth-of-type(2)').allTextContents();
    return cells.map((cell) => Number(cell.replace('−', '-')));
  };
  const sorted = async (name: string, order: (a: number, b: number) => number) => {
    await scope.table.getByRole('button', { name }).click();
    await expect(async () => {
      const shown = await values();
      expect(shown).toEqual([...shown].sort(order));
    }).toPass();
  };
  await sorted('Value', (a, b) => b - a);
  await sorted('Value', (a, b) => a - b);
  await sorted('Rank', (a, b) => Math.abs(b) - Math.abs(a));
});

test('a link restores the question, its answer and what was selected', async ({ scope, page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await scope.prompt.fill('The capital of France is');
  await scope.answered();
  await scope.tokens.nth(4).click();
  await scope.answer.fill('·is');
  await scope.incorrect.fill('·the');
  await scope.unit('Components').click();
  await scope.table.getByRole('button', { name: /0_attn_out$/ }).click();
  await scope.answered();
  await expect.poll(async () => (await scope.numbers()).incorrect?.text).toBe(' the');
  const before = await scope.numbers();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Copied').first()).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.startsWith(server.page)).toBe(true);

  await page.goto('about:blank');
  await page.goto(link);
  await scope.answered();
  expect(await scope.numbers()).toEqual(before);
  await expect(scope.selected).toContainText('0_attn_out');
});
