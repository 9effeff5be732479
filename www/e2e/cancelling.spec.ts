import { wrong } from './axe';
import { expect, test, type Logitscope } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';

/** What the API says, on a page of its own, of pairs that cancel after a prompt. */
async function asked({ page, server }: Logitscope, prompt: string, words: { answer: string; incorrect?: string }) {
  const article = await page.context().newPage();
  await article.goto(`${server.origin}/an/article`);
  const answer = await article.evaluate(
    async ({ module, model, prompt, words }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const pairs = await (await scope.run(prompt)).cancelling({ ...words, unit: 'head' });
      scope.close();
      return pairs;
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt, words },
  );
  await article.close();
  return answer;
}

/** As the page prints a number. */
const printed = (value: number) =>
  new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(value).replace('-', '−');

test('pairs that cancel are warned of beside the charts, and listed on demand', async ({ scope, page }) => {
  const pairs = await asked(scope, PROMPT, { answer: ' Mary', incorrect: ' John' });
  const note = page.locator('cancelling-note');
  const [first] = pairs;
  if (!first) throw new Error('Nothing cancels, so nothing is tested.');
  await expect(note.getByRole('note')).toContainText(`${first.earlier} (${printed(first.attribution[0])}) is`);
  await expect(note.getByRole('note')).toContainText(`erased by ${first.later} (${printed(first.attribution[1])}): ${Math.round(-100 * first.projection)}% of it.`);
  await note.getByRole('button', { name: 'Erased parts: more' }).focus();
  await page.keyboard.press('Enter');
  const rows = note.locator('tbody tr');
  await expect(rows).toHaveCount(pairs.length);
  expect(await wrong(page)).toEqual([]);
  await rows.last().getByRole('button').last().click();
  await expect(scope.selected).toContainText(pairs.at(-1)?.later ?? '');
  // It is the whole question that it is of, and of who wrote it.
  await page.getByRole('tab', { name: 'What if' }).click();
  await expect(note).toHaveCount(0);
});

test('where nothing cancels there is no warning', async ({ scope, page }) => {
  const presets = page.getByRole('combobox', { name: 'Examples' });
  const names = await presets.locator('option').allTextContents();
  let seen = 0;
  for (const name of names.slice(1)) {
    await presets.selectOption(name);
    await scope.answered();
    const { tokens, answer, incorrect } = await scope.numbers();
    const prompt = tokens.slice(1).map(({ text }) => text).join('');
    const pairs = await asked(scope, prompt, { answer: answer.text, ...(incorrect && { incorrect: incorrect.text }) });
    if (pairs.length > 0) continue;
    await expect(page.locator('cancelling-note [role=note]')).toHaveCount(0);
    seen += 1;
    break;
  }
  expect(seen).toBe(1);
});
