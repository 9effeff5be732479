import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomModel } from './checkpoint';
import type { Fault } from './server';
import { expect, test, type Logitscope } from './test';

const data = (file: string) => fileURLToPath(new URL(`../../tests/data/${file}`, import.meta.url));

/** What TransformerLens computes for a prompt to the model in tests/data/tiny-a. */
interface Reference {
  tokens: number[];
  answer_token: number;
  incorrect_token: number;
  head: { labels: string[]; attribution: number[] };
}

const [reference] = JSON.parse(readFileSync(data('tiny-a/transformer_lens.json'), 'utf8')) as [Reference];
const FILES = [data('tiny-a/config.json'), data('tiny-a/model.safetensors')];

/** Asks tiny-a for the reference's heads, and compares every number. */
async function agrees(scope: Logitscope): Promise<void> {
  await scope.prompt.fill(reference.tokens.join(', '));
  await scope.answer.fill(`#${reference.answer_token}`);
  await scope.incorrect.fill(`#${reference.incorrect_token}`);
  await expect(scope.tokens).toHaveCount(reference.tokens.length);
  await scope.answered();
  await expect.poll(async () => (await scope.numbers()).incorrect?.id).toBe(reference.incorrect_token);
  const numbers = await scope.numbers();
  expect(numbers.labels).toEqual(reference.head.labels);
  const off = numbers.attribution.map((value, i) => Math.abs(value - (reference.head.attribution[i] ?? NaN)));
  expect(Math.max(...off)).toBeLessThan(1e-4);
}

/** Whether the bundled model still answers. */
async function stillAnswers(scope: Logitscope): Promise<void> {
  await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
  await scope.prompt.fill('The capital of Italy is');
  await scope.answer.fill('·Rome');
  await scope.incorrect.fill('');
  await expect(scope.tokens.last()).toHaveText('·is');
  await scope.answered();
  await expect.poll(async () => (await scope.numbers()).answer.text).toBe(' Rome');
  await expect(scope.identity).toContainText('The parts add up');
}

test('local files are read, and their numbers are TransformerLens’s', async ({ scope, page }) => {
  await scope.modelButton.click();
  await page.getByLabel('Open a model’s files').setInputFiles(FILES);
  await expect(scope.modelButton).toHaveAccessibleName('Model: local files');
  await agrees(scope);
});

test('dropped files are read', async ({ scope, page }) => {
  const contents = FILES.map((file) => ({ name: file.split('/').at(-1) ?? '', base64: readFileSync(file, 'base64') }));
  await page.evaluate(async (contents) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of contents) {
      const bytes = await (await fetch(`data:application/octet-stream;base64,${base64}`)).arrayBuffer();
      transfer.items.add(new File([bytes], name));
    }
    for (const type of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, composed: true, cancelable: true }));
    }
  }, contents);
  await expect(scope.modelButton).not.toHaveAccessibleName('Model: bundled model');
  await agrees(scope);
});

test('a model from a folder is kept, loads again without the network, and can be deleted', async ({ scope, page, server }) => {
  const weights = () => server.requests.filter((path) => path === '/models/tiny-a/model.safetensors').length;
  await scope.load(server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await agrees(scope);
  expect(weights()).toBe(1);

  // The address takes a moment.
  await expect(page).toHaveURL(new RegExp(`prompt=${reference.tokens[0]}\\D.*incorrect=`));
  await page.reload();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await scope.answered();
  await agrees(scope);
  expect(weights()).toBe(1);

  await scope.modelButton.click();
  await expect(page.getByRole('dialog', { name: 'Models' }).getByRole('listitem').filter({ hasText: 'tiny-a' })).toContainText('kB');
  await page.getByRole('button', { name: /^Delete .*tiny-a/ }).click();
  await expect(page.getByRole('button', { name: /^Delete/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.reload();
  await scope.accept();
  expect(weights()).toBe(2);
});

test('a kept model that cannot be deleted says so', async ({ scope, page, server }) => {
  await scope.load(server.model('tiny-a'));
  await agrees(scope);
  await page.evaluate(() => {
    FileSystemDirectoryHandle.prototype.removeEntry = () => Promise.reject(new Error('The disk is gone.'));
  });
  await scope.modelButton.click();
  await page.getByRole('button', { name: /^Delete .*tiny-a/ }).click();
  await expect(page.getByText(/tiny-a\/ could not be deleted from the browser's storage: the browser's storage failed\. Close other tabs/)).toBeVisible();
});

const faults: [Fault, RegExp][] = [
  ['missing', /404/],
  ['page', /page/],
  ['cut', /the connection was cut/],
];

test('a download that fails is explained, the model before stays, and it can be tried again, whatever happens then', async ({ scope, page, server }) => {
  scope.expected = /Failed to load resource/;
  for (const [fault, says] of faults) {
    server.faults.set('tiny-a/model.safetensors', fault);
    if (fault === faults[0]?.[0]) await scope.load(server.model('tiny-a'));
    else await page.getByRole('button', { name: 'Try again' }).click();
    await expect(scope.alert).toContainText(says);
    await expect(scope.alert).toContainText('did not load');
    await stillAnswers(scope);
  }
  server.faults.clear();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await agrees(scope);
});

test('a server that lets no other site read its files is named, with what to do', async ({ scope, server }) => {
  scope.expected = /CORS|Failed to load resource/;
  server.faults.set('tiny-a/config.json', 'no CORS');
  const model = server.model('tiny-a').replace(server.origin, server.elsewhere);
  await scope.load(model);
  await expect(scope.alert).toContainText('CORS');
  await stillAnswers(scope);
  server.faults.clear();
  await scope.load(model);
  await agrees(scope);
});

test('a download shows how far it is, and can be cancelled', async ({ scope, page, server }) => {
  server.faults.set('tiny-a/model.safetensors', 'stall');
  await scope.load(server.model('tiny-a'));
  await expect(page.getByRole('progressbar', { name: /^Loading .*tiny-a/ })).toBeVisible();
  await expect(page.getByText(/3\d kB of 7\d kB/)).toBeVisible();
  await stillAnswers(scope);
  await expect(page.getByText(/nothing has come for \d+ s/)).toBeVisible();
  await expect(page.getByText(/kB\/s/)).toHaveCount(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await stillAnswers(scope);
});

test('what is no model is refused before anything is requested', async ({ scope }) => {
  await scope.load('not a model');
  await expect(scope.alert).toContainText('owner/name');
});

test('a model whose numbers leave what float32 has is said to, with where they do, and the page goes on', async ({ scope, page, server }) => {
  const files = randomModel({ n_layer: 2, n_head: 2, n_embd: 16, n_positions: 32, vocab_size: 100 });
  const weights = files['model.safetensors'];
  const header = Number(weights.readBigUInt64LE(0));
  const tensors = JSON.parse(weights.subarray(8, 8 + header).toString()) as Record<string, { data_offsets: [number, number] }>;
  const [begin = NaN] = tensors['h.1.mlp.c_proj.bias']?.data_offsets ?? [];
  weights.writeFloatLE(3.4e38, 8 + header + begin);
  weights.writeFloatLE(-3.4e38, 8 + header + begin + 4);
  await scope.load(server.make('overflows', files));
  await expect(scope.modelButton).toHaveAccessibleName(/overflows/);
  await scope.prompt.fill('1, 5, 9');
  await scope.answer.fill('');
  await scope.incorrect.fill('');
  await expect(scope.alert).toContainText('overflow: what the final LayerNorm divides by is inf at position 2');
  await expect(scope.alert).not.toContainText('attribution[');
  for (const tab of ['When was it known', 'What if', 'Always?', 'Who wrote it']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect(scope.alert.first()).toBeVisible();
    await expect(page.locator('progress')).toHaveCount(0);
  }
  await scope.modelButton.click();
  await page.getByRole('dialog', { name: 'Models' }).getByRole('button', { name: /^bundled model/i }).first().click();
  await stillAnswers(scope);
});
