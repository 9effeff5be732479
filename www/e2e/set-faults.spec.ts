import type { Page } from '@playwright/test';
import { inUse } from './held';
import { expect, test } from './test';

const found = (page: Page) => page.locator('set-bar [role=status]');
const CAPITALS = 'prompt,answer,incorrect\nThe capital city of France is, Paris, Rome\nThe capital city of Italy is, Rome, Paris\n';

/** Drops a file of prompts on the page. */
const drop = (page: Page, text: string, name: string) =>
  page.evaluate(
    ([text, name]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text!], name!));
      for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }));
    },
    [text, name],
  );

async function ask(page: Page, text: string): Promise<void> {
  const area = page.getByRole('textbox', { name: /^CSV with the columns/ });
  if (!(await area.isVisible())) await page.getByRole('button', { name: 'Type or paste' }).click();
  // Chromium takes half a minute to type 2,000 lines.
  await area.evaluate((area: HTMLTextAreaElement, text) => (area.value = text), text);
  await page.getByRole('button', { name: 'Ask them' }).click();
}

/** Files that are cut, or written by other programs, and what is read of them, or said. */
const files: [string, string | RegExp][] = [
  ['\ufeffprompt,answer\r\na b, c\r\n', '[{"prompt":"a b","answer":" c"}]'],
  ['\ufeff{"prompt": "a b", "answer": " c"}\r\n', '[{"prompt":"a b","answer":" c"}]'],
  ['prompt,answer\n"a, ""b""", c\n', '[{"prompt":"a, \\"b\\"","answer":" c"}]'],
  ['prompt;answer\na b; c\n', /^ArgumentError: .*line 1 names the columns prompt;answer, and none is prompt/],
  ['prompt\tanswer\na b\t c\n', /^ArgumentError: .*line 1 names the columns prompt\tanswer, and none is prompt/],
  ['prompt,answer\n"a b, c\n', /^ArgumentError: .*line 2.*quote/],
  ['prompt,answer\na b, c\nd e," f\ng h, i\n', /^ArgumentError: .*line 3.*quote/],
  ['prompt,answer,__proto__\na b, c,d\n', '[{"prompt":"a b","answer":" c","roles":{"__proto__":"d"}}]'],
  ['prompt,answer,prompt\na,b,c\n', /^ArgumentError: .*line 1 names the column "prompt" twice/],
  ['{"prompt": "a b", "answer": " c"}\n{"prompt": "a', /^ArgumentError: .*line 2/],
  ['[{"prompt": "a b"', /^ArgumentError: prompts: /],
  ['PK\u0003\u0004 a spreadsheet', /^ArgumentError: .*prompt \(or tokens\) and answer are needed/],
  ['', /^ArgumentError: prompts: /],
];

test('files of prompts from other programs are read, or it is said what is wrong; names of columns are only names', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const told = await page.evaluate(
    async ({ module, model, files }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const read: string[] = [];
      for (const file of files) read.push(await scope.parsePrompts(file).then((prompts) => JSON.stringify(prompts), (error: unknown) => String(error)));
      const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
      // As a text, `__proto__` is a key like any other.
      const roles = JSON.parse(`{${names.map((name) => `"${name}": 1`)}}`) as Record<string, number>;
      const { roles: found } = await scope.sourcesAll([{ prompt: 'The capital of France is', answer: ' Paris', roles }]);
      const csv = await scope.parsePrompts('prompt,answer,constructor\nThe capital of France is, Paris,France\n');
      const { roles: fromCsv } = await scope.sourcesAll(csv);
      scope.close();
      return { read, names, found: Object.keys(found), each: names.map((name) => Object.getOwnPropertyDescriptor(found, name)?.value.n as number), fromCsv: fromCsv['constructor']?.n, stained: 'pattern' in {} || 'pattern' in Object };
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, files: files.map(([file]) => file) },
  );
  files.forEach(([file, expected], i) => expect.soft(told.read[i], file).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected)));
  expect(told.found.sort()).toEqual([...told.names].sort());
  expect(told).toMatchObject({ each: [1, 1, 1, 1], fromCsv: 1, stained: false });
});

test('no cell of a download is a formula', async ({ page, scope: _ }) => {
  await page.getByRole('tab', { name: 'Always?' }).click();
  const formulas = ['=HYPERLINK("http://example.org")', '+1+cmd', '-2+3', '@SUM(A1)', '\t=1', '\r=1'];
  await ask(page, JSON.stringify(formulas.map((prompt) => ({ prompt, answer: ' the', roles: { '=1+1': 0 } }))));
  await expect(found(page)).toContainText(`Over ${formulas.length} prompts`);
  await expect(page.locator('set-bar progress')).toHaveCount(0);
  for (const name of [/The prompts, one a row, as CSV/, /^Download Heads as CSV$/]) {
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name }).click();
    const { csv, cells } = await cellsOf((await downloading).createReadStream());
    expect(csv).toMatch(/1\+1|HYPERLINK/);
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/.test(cell))).toEqual([]);
  }
});

/** Of a CSV without its comments. */
async function cellsOf(stream: Promise<import('node:stream').Readable>): Promise<{ csv: string; cells: string[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of await stream) chunks.push(chunk as Buffer);
  const csv = Buffer.concat(chunks).toString();
  const rows = csv.replace(/^#.*\n/gm, '');
  const cells = [...rows.matchAll(/"((?:[^"]|"")*)"|([^,\n"]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return { csv, cells };
}

test('a file of 10 MB, or a prompt of 1 MB, leaves the page usable', async ({ page, scope }) => {
  await page.getByRole('tab', { name: 'Always?' }).click();
  await drop(page, `prompt,answer,incorrect\n${'The capital city of France is, Paris, Rome\n'.repeat(240_000)}`, 'many.csv');
  await expect(page.locator('set-bar progress')).toHaveCount(1, { timeout: 30_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('set-bar')).toContainText('Stopped.');
  await drop(page, `prompt,answer\n${'The capital '.repeat(90_000)}, Paris\n`, 'long.csv');
  await expect(page.locator('set-table')).toContainText('1 could not be asked');
  expect((await page.locator('set-table').getByRole('listitem').innerText()).length).toBeLessThan(1_000);
  await drop(page, CAPITALS, 'capitals.csv');
  await expect(found(page)).toContainText('Over 2 prompts');
  await page.getByRole('tab', { name: 'Who wrote it' }).click();
  await scope.prompt.fill('The capital of Italy is');
  await scope.answered();
  await expect(scope.identity).toContainText('The parts add up');
});

test('a file of prompts that cannot be read says so, and others are', async ({ page, scope: _ }) => {
  await page.getByRole('tab', { name: 'Always?' }).click();
  const bar = page.locator('set-bar');
  const open = (name: string) => bar.getByLabel('Open a file of prompts').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(CAPITALS) });
  // As of a file that was moved after it was chosen.
  await page.evaluate(() => {
    const { text } = Blob.prototype;
    Blob.prototype.text = function () {
      const moved = this instanceof File && this.name.startsWith('moved');
      return moved ? Promise.reject(new DOMException('A requested file or directory could not be found', 'NotFoundError')) : text.call(this);
    };
  });
  await open('moved.csv');
  await expect(bar).toContainText('moved.csv could not be read');
  await open('capitals.csv');
  await expect(found(page)).toContainText('Over 2 prompts');
  await drop(page, CAPITALS, 'moved-too.csv');
  await expect(bar).toContainText('moved-too.csv could not be read');
  await ask(page, CAPITALS);
  await expect(found(page)).toContainText('Over 2 prompts');
});

test('a prompt of 10 MB is refused, and takes no memory of the model', async ({ scope }) => {
  const before = (await inUse(scope)).bytes;
  await scope.prompt.evaluate((area: HTMLElement | SVGElement) => {
    (area as HTMLTextAreaElement).value = 'The capital '.repeat(870_000);
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  // Chromium itself takes some seconds to lay the text out.
  await expect(scope.alert).toContainText(/prompt: /, { timeout: 45_000 });
  expect((await inUse(scope)).bytes - before).toBeLessThan(50e6);
  await scope.prompt.fill('The capital of Italy is');
  await scope.answered();
  await expect(scope.identity).toContainText('The parts add up');
  await expect(scope.alert).toHaveCount(0);
});

test('a set that is dropped while another runs is the one that is answered, as alone', async ({ page, scope }) => {
  await page.getByRole('tab', { name: 'Always?' }).click();
  const outcome = async () => (await found(page).innerText()).split(';')[0];
  await ask(page, CAPITALS);
  await expect(found(page)).toContainText('Over 2 prompts');
  const alone = await outcome();
  await ask(page, `prompt,answer,incorrect\n${'When Mary and John went to the store John gave a drink to, Mary, John\n'.repeat(2000)}`);
  await expect(page.locator('set-bar progress')).toHaveCount(1);
  for (let i = 0; i < 5; i += 1) {
    await page.getByRole('combobox', { name: 'Prompts like an example' }).selectOption({ index: 1 + (i % 2) });
    await drop(page, CAPITALS, `capitals-${i}.csv`);
  }
  await expect(page.locator('set-bar')).toContainText('capitals-4.csv: 2 prompts');
  await expect.poll(outcome).toBe(alone);
  await expect(page.locator('set-bar progress')).toHaveCount(0);
  await expect(scope.alert).toHaveCount(0);
});
