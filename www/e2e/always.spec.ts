import type { Page } from '@playwright/test';
import type { SetAttribution, SetSources } from '../src/api/logitscope';
import { wrong } from './axe';
import { expect, resize, test, type Logitscope } from './test';

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const found = (page: Page) => page.locator('set-bar [role=status]');
const rows = (page: Page) => page.locator('set-table tbody tr');

/** Opens a set that a link names, and waits for all that is asked of it. */
async function open(page: Page, server: Logitscope['server'], more = 'set=preset:who-gets-the-drink'): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${server.page}#view=always&${more}`);
  await known(page);
}

async function known(page: Page): Promise<void> {
  await expect(found(page)).toContainText(/^Over \d/);
  await expect(page.locator('set-bar progress')).toHaveCount(0, { timeout: 60_000 });
}

/** What the API says of the same prompts, on a page of its own. */
async function asked({ page, server }: Logitscope, set: string, options: { contrast?: 'log-probability'; ablation?: 'mean'; positions?: number[] } = {}) {
  const article = await page.context().newPage();
  await article.goto(`${server.origin}/an/article`);
  const answer = await article.evaluate(
    async ({ module, model, set, options: { contrast, ...removal } }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const prompts = await scope.parsePrompts(await (await fetch(set)).text());
      const head = await scope.attributeAll(prompts, { unit: 'head', contrast });
      const sources = await scope.sourcesAll(prompts, { contrast });
      const effects = await scope.effectsAll(prompts, { unit: 'head', contrast, ...removal });
      scope.close();
      const plain = <T>(of: T) => JSON.parse(JSON.stringify(of, (_, value: unknown) => (value instanceof Float64Array ? [...value] : value))) as unknown;
      return { head: plain(head), sources: plain(sources), effects: plain(effects) };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, set: `${server.page}prompts/${set}.csv`, options },
  );
  await article.close();
  return answer as { head: Plain<SetAttribution>; sources: Plain<SetSources>; effects: { labels: string[]; mean: number[]; sd: number[] } };
}

type Plain<T> = { [K in keyof T]: T[K] extends Float64Array ? number[] : T[K] };

/** As the page prints a number. */
const printed = (value: number) =>
  new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(value).replace('-', '−');
const plusMinus = (mean: number, sd: number) => `${printed(mean)} ± ${printed(sd).replace('+', '')}`;

const download = async (scope: Logitscope, format: 'CSV' | 'JSON' | 'SVG') => (await scope.download(format, '(?:Heads|Components|Running sum)')).bytes.toString();

test('a hundred prompts like the preset in use are what the API says of them', async ({ scope, page }) => {
  await tab(page, 'Always?').click();
  await page.getByRole('button', { name: '100 like this one' }).click();
  await known(page);
  const { head, sources, effects } = await asked(scope, 'who-gets-the-drink');
  const json = JSON.parse(await download(scope, 'JSON')) as Plain<SetAttribution> & Record<string, unknown>;
  for (const field of ['labels', 'mean', 'sd', 'attribution', 'logit', 'failed'] as const) expect(json[field], field).toEqual(head[field]);

  const mean = head.logit.reduce((sum, logit) => sum + logit) / head.n;
  const sd = Math.sqrt(head.logit.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / (head.n - 1));
  const right = head.prompts.filter((prompt) => prompt.right).length;
  await expect(found(page)).toContainText(`Over 100 prompts: logit difference ${plusMinus(mean, sd)}; ${right === 100 ? 'all' : right} right.`);

  // A part of it, and where it looks.
  await page.getByRole('application', { name: /^Heads/ }).focus();
  await page.keyboard.press('Enter');
  const label = (await scope.selected.locator('.title .mono').first().textContent()) ?? '';
  const i = head.labels.indexOf(label);
  await expect(scope.selected).toContainText(plusMinus(head.mean[i] ?? NaN, head.sd[i] ?? NaN));
  const values = Array.from({ length: head.n }, (_, prompt) => head.attribution[prompt * head.labels.length + i] ?? NaN);
  const same = values.filter((value) => Math.sign(value) === Math.sign(head.mean[i] ?? 0)).length;
  await expect(scope.selected).toContainText(same === 100 ? 'in all 100' : `in ${same} of 100`);
  const at = sources.labels.indexOf(label);
  const looks = Object.entries(sources.roles).map(([role, { pattern, attribution }]) => ({ role, pattern: pattern.mean[at] ?? 0, takes: attribution.mean[at] ?? 0 }));
  expect(looks.map(({ role }) => role)).toEqual(['first', 'object', 'second']);
  const worth = looks.filter(({ pattern }) => pattern >= 0.01).sort((a, b) => b.pattern - a.pattern);
  for (const { role, pattern, takes } of worth) {
    await expect(scope.selected).toContainText(new RegExp(`Looks at “${role}”: ${pattern.toFixed(2)} ± [\\d.]+ of its attention, \\${printed(takes)}`));
  }
  const little = looks.filter(({ pattern }) => pattern < 0.01).map(({ role }) => role);
  if (little.length) await expect(scope.selected).toContainText('Next to none of its attention is on');
  for (const role of little) await expect(scope.selected.getByText('Next to none')).toContainText(role);

  // What is lost without it is asked for.
  await page.getByRole('button', { name: 'What is lost without each part' }).click();
  const lost = effects.labels.indexOf(label);
  await expect(scope.selected).toContainText(`Without it: ${plusMinus(-(effects.mean[lost] ?? NaN), effects.sd[lost] ?? NaN)}`, { timeout: 60_000 });
});

test('outliers come first, a click opens one, and going back leads to the set', async ({ page, server, blank: scope }) => {
  await open(page, server);
  await expect(rows(page)).toHaveCount(50);
  const far = (await page.locator('set-table tbody td:nth-child(5)').allTextContents()).map(Number);
  expect(far).toEqual([...far].sort((a, b) => b - a));
  const { logit: logits } = JSON.parse(await download(scope, 'JSON')) as { logit: number[] };
  const mean = logits.reduce((sum, logit) => sum + logit) / logits.length;
  const sd = Math.sqrt(logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / (logits.length - 1));
  expect(far[0]).toBeCloseTo(Math.max(...logits.map((logit) => Math.abs(logit - mean) / sd)), 1);
  const prompt = ((await rows(page).first().getByRole('button').getAttribute('title')) ?? '').split(' → ')[0] ?? '';
  const logit = await rows(page).first().locator('td').first().textContent();
  // By the keyboard, which walks the rows.
  await rows(page).nth(1).getByRole('button').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(tab(page, 'Who wrote it')).toHaveAttribute('aria-selected', 'true');
  await scope.answered();
  await expect(scope.prompt).toHaveValue(prompt);
  const [whole = NaN] = (await scope.numbers()).logit;
  expect(printed(whole)).toBe(logit);
  await page.goBack();
  await expect(tab(page, 'Always?')).toHaveAttribute('aria-selected', 'true');
  await expect(rows(page)).toHaveCount(50);

  await page.getByRole('button', { name: 'Right', exact: true }).click();
  await expect(page.locator('th[aria-sort=ascending]')).toContainText('Right');
  await page.getByRole('button', { name: 'All 100' }).click();
  await expect(rows(page)).toHaveCount(100);
});

test('prompts of the reader’s own are typed or opened; what fails is listed and the rest counts', async ({ page, scope: _ }) => {
  await tab(page, 'Always?').click();
  await page.getByRole('button', { name: 'Type or paste' }).click();
  const area = page.getByRole('textbox', { name: /^CSV with the columns/ });
  await area.fill('prompt,answer,incorrect,country\nThe capital city of France is, Paris, Rome,France\nThe capital city of Italy is, Rome, Paris,Italy\nThe capital city of Spain is, no such word, Rome,Spain\n');
  await page.getByRole('button', { name: 'Ask them' }).click();
  await known(page);
  await expect(found(page)).toContainText('Over 2 prompts');
  await expect(rows(page)).toHaveCount(2);
  await expect(page.locator('set-table')).toContainText('1 could not be asked; the rest counts');
  await expect(page.locator('set-table li')).toContainText(/^3\. The capital city of Spain is: .*an answer is exactly one token/);
  await expect(page.locator('set-panel')).toContainText('No link leads to prompts of your own');
  expect(page.url()).not.toContain('set=');

  await page.getByLabel('Open a file of prompts').setInputFiles({ name: 'mine.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from('{"prompt": "The capital city of Italy is", "answer": " Rome"}\n') });
  await expect(found(page)).toHaveText(/^Over 1 prompt: logit [+−][\d.]+; 1 right\.$/);

  await area.or(page.getByRole('button', { name: 'Type or paste' })).last().click();
  await page.getByRole('textbox', { name: /^CSV with the columns/ }).fill('prompt,answer\na,b,c\n');
  await page.getByRole('button', { name: 'Ask them' }).click();
  await expect(page.locator('set-bar').getByRole('alert')).toContainText('line 2 has 3 cells, but line 1 names 2 columns');
});

test('a file of prompts is dropped, and one by token ids is opened', async ({ page, scope: _ }) => {
  await tab(page, 'Always?').click();
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['prompt,answer,incorrect,incorrect\nThe capital city of France is, Paris, Rome, Madrid\nThe capital city of Italy is, Rome, Paris,\n'], 'capitals.csv'));
    for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }));
  });
  await expect(page.locator('set-bar')).toContainText('capitals.csv: 2 prompts');
  await expect(found(page)).toContainText(/^Over 2 prompts: logit difference .*; all right\./);
  // What it is compared with comes along.
  await page.getByRole('button', { name: /^The capital city of France is/ }).click();
  await expect(page.getByRole('textbox', { name: /^Incorrect: token 2/ })).toHaveValue('·Madrid');
  await page.goBack();

  const ids = await page.evaluate(
    async ({ module, model }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false, threads: 1 });
      const { tokens } = await scope.run('The capital city of France is');
      const answer = await scope.token(' Paris');
      scope.close();
      return { tokens: tokens.map(({ id }) => id), answer: answer.id };
    },
    { module: new URL('logitscope.js', page.url()).href, model: new URL('models/bundled/', page.url()).href },
  );
  await page.getByLabel('Open a file of prompts').setInputFiles({ name: 'ids.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(`${JSON.stringify(ids)}\n`) });
  await expect(page.locator('set-bar')).toContainText('ids.jsonl: 1 prompt');
  await expect(found(page)).toHaveText(/^Over 1 prompt: logit [+−][\d.]+; 1 right\.$/);
  await expect(rows(page).first()).toContainText(ids.tokens.join(', '));
});

test('a set is compared as the question is, and parts are taken out by another baseline', async ({ page, server, blank: scope }) => {
  test.slow();
  await open(page, server, 'set=preset:a-capital&contrast=log-probability&ablation=mean&at=last');
  await expect(found(page)).toContainText('Over 100 prompts: logit less all by probability ');
  const { head, effects } = await asked(scope, 'a-capital', { contrast: 'log-probability', ablation: 'mean', positions: [-1] });
  const json = JSON.parse(await download(scope, 'JSON')) as Plain<SetAttribution> & Record<string, unknown>;
  for (const field of ['mean', 'sd', 'same', 'attribution', 'bias', 'total', 'meanLogit'] as const) expect(json[field], field).toEqual(head[field]);
  // Of all units, which the page asks for together.
  expect(Math.abs(json.error)).toBeGreaterThanOrEqual(Math.abs(head.error));
  expect(json['contrast']).toBe('log-probability');
  expect(await download(scope, 'SVG')).toContain('all, by probability');
  await page.getByRole('button', { name: 'What is lost without each part' }).click();
  await expect(page.getByRole('button', { name: 'its mean' })).toHaveAttribute('aria-pressed', 'true');
  const lost = async () => (JSON.parse(await download(scope, 'JSON')) as { effects?: { ablation: string; at: string; mean: number[] } }).effects;
  await expect.poll(lost).toMatchObject({ ablation: 'mean', at: 'last', mean: effects.mean });
  await page.getByRole('button', { name: 'every token' }).click();
  await expect(page).toHaveURL(/^(?!.*at=last)/);
  await expect.poll(async () => (await lost())?.at).toBe('all');
  await known(page);
  const everywhere = await lost();
  expect([everywhere?.ablation, everywhere?.at]).toEqual(['mean', 'all']);
  expect(everywhere?.mean).not.toEqual(effects.mean);
  // One of its prompts is asked the same.
  const logit = await rows(page).first().locator('td').first().textContent();
  await rows(page).first().getByRole('button').click();
  await scope.answered();
  const [whole = NaN] = (await scope.numbers()).logit;
  expect(printed(whole)).toBe(logit);
});

test('a set is in the link, with the charts that it has, and downloads say what they show', async ({ blank: scope, page, server }) => {
  await open(page, server, 'set=preset:a-capital&unit=component');
  expect(page.url()).toContain('set=preset%3Aa-capital');
  await expect(scope.prompt).toHaveValue(/^The capital/);
  await expect(page.locator('mean-charts canvas')).toHaveCount(3);
  const svg = await download(scope, 'SVG');
  expect(svg).toContain('100 prompts');
  expect(svg).toContain('A capital');
  const circles = (text: string) => text.split('<circle').length;
  await page.getByRole('button', { name: 'Each prompt a dot' }).click();
  expect(circles(await download(scope, 'SVG'))).toBeGreaterThan(circles(svg) + 500);
  const csv = await download(scope, 'CSV');
  expect(csv).toMatch(/^# A capital.*Over 100 prompts/);
  expect(csv).toContain('label,n,mean,sd,same sign,effect,effect sd');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'The prompts, one a row, as CSV' }).click();
  expect((await downloading).suggestedFilename()).toContain('prompts');
});

test('what the card and the notes claim over many prompts is shown by a click', async ({ page, server, scope }) => {
  const { head } = await asked(scope, 'who-gets-the-drink');
  const i = head.labels.indexOf('L2H5');
  const part = plusMinus(head.mean[i] ?? NaN, head.sd[i] ?? NaN);
  await page.goto(`${server.page}card.html`);
  await page.getByRole('row', { name: 'Who gets the drink?' }).getByRole('link', { name: 'L2H5' }).click();
  await known(page);
  await expect(tab(page, 'Always?')).toHaveAttribute('aria-selected', 'true');
  await expect(found(page)).toContainText('Over 100 prompts');
  await expect(scope.prompt).toHaveValue(/^When Mary and John/);
  await expect(scope.selected).toContainText(`On average ${part}`);
  await expect(scope.selected).toContainText('Looks at “first”: 1.00');

  await page.getByRole('combobox', { name: 'Examples' }).selectOption('She or he?');
  await tab(page, 'Who wrote it').click();
  await page.locator('question-line').getByRole('link', { name: 'Over 64 prompts' }).click();
  await known(page);
  await expect(found(page)).toContainText('Over 64 prompts');
  await page.goBack();
  await expect(tab(page, 'Who wrote it')).toHaveAttribute('aria-selected', 'true');
});

test('a set is stopped, and goes on where it was', async ({ page, scope }) => {
  // So many that none has answered them before they are stopped take a slow machine a minute.
  test.slow();
  await tab(page, 'Always?').click();
  await page.getByRole('button', { name: 'Type or paste' }).click();
  const count = 2000;
  const lines = Array.from({ length: count }, (_, i) => `When Mary and John went to the store number ${i} John gave a drink to, Mary, John`);
  await page.getByRole('textbox', { name: /^CSV with the columns/ }).fill(`prompt,answer,incorrect\n${lines.join('\n')}\n`);
  await page.getByRole('button', { name: 'Ask them' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('set-bar')).toContainText('Stopped.');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(found(page)).toContainText(`Over ${count.toLocaleString('en')} prompts`, { timeout: 60_000 });
  await known(page);
  const stopped = JSON.parse(await download(scope, 'JSON')) as Plain<SetAttribution>;
  expect([stopped.n, stopped.prompts.map(({ index }) => index)]).toEqual([count, lines.map((_, i) => i)]);
  // As if it had never been stopped.
  const column = stopped.labels.map((_, i) => stopped.prompts.map((_, prompt) => stopped.attribution[prompt * stopped.labels.length + i] ?? NaN));
  column.forEach((values, i) => expect(stopped.mean[i]).toBeCloseTo(values.reduce((sum, value) => sum + value) / count, 9));
});

for (const scheme of ['light', 'dark'] as const) {
  test(`a set can be read in ${scheme} by everyone, and on a phone`, async ({ page, server, blank: _ }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page, server);
    await page.getByRole('button', { name: 'Type or paste' }).click();
    expect(await wrong(page, scheme)).toEqual([]);
    await resize(page, { width: 390, height: 844 });
    await expect(page.locator('mean-charts canvas')).toHaveCount(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
}
