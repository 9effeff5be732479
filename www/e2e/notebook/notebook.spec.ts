import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base, type Locator } from '@playwright/test';
import { exported } from '../article';
import { JupyterLab } from './jupyter';

// One JupyterLab for all.
base.describe.configure({ mode: 'default', timeout: 120_000 });

const test = base.extend<{ complaints: string[] }, { lab: JupyterLab }>({
  lab: [
    async ({}, use) => {
      const lab = await JupyterLab.start();
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  /** What the browser complained of, and what it asked of others than JupyterLab. */
  complaints: [
    async ({ page, lab }, use) => {
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => /^(blob|data):/.test(request.url()) || request.url().startsWith(lab.origin) || complaints.push(request.url()));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

const file = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const BUNDLED = file('../../public/models/bundled');
const PROMPT = 'When Mary and John went to the store, John gave a drink to';
const known = exported('heads') as { attribution: number[]; labels: string[] };

/** How many colours a chart has. */
const colours = (chart: Locator) =>
  chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

test('numbers of TransformerLens and answers of Logitscope are shown, and selected from either side', async ({ page, lab }) => {
  const notebook = await lab.open(page, [
    `import json, logitscope
known = json.load(open(${JSON.stringify(file('../exported/heads.json'))}))
class DirectLogitAttribution:
    attribution, labels, unit = [[x] for x in known["attribution"]], known["labels"], "head"`,
    'shown = logitscope.show(DirectLogitAttribution(), answer=" Mary", incorrect=" John", tokens=[t["text"] for t in known["tokens"]], model="gpt2")\nshown',
    'print(shown.selected)',
    'shown.selected = "L3H2"',
    `logitscope.show(${JSON.stringify(file('../exported/lens.json'))})`,
    'logitscope.show({"unit": "head", "labels": ["L0H0"], "attribution": [1.0, 2.0], "positions": [0]})',
  ]);
  const element = notebook.element(1);
  const chart = notebook.chart(1, /^Heads: what each attention head adds to ·Mary − ·John/);
  await expect(chart).toBeVisible();
  await expect.poll(() => colours(chart)).toBeGreaterThan(20);
  await expect(element.locator('[part=prompt]')).toHaveText(PROMPT);
  // No logit came with them, so nothing is said to add up.
  await expect(element.locator('[part=note]')).toHaveText(/^The parts add up to \+15\.8\d*\. That is not checked/);
  await expect(element.locator('[part=identity]')).toHaveText('gpt2');
  await element.getByText('33 parts in numbers').click();
  const rows = element.getByRole('table').getByRole('row');
  await expect(rows).toHaveCount(34);
  const strongest = known.labels[known.attribution.indexOf(Math.max(...known.attribution.slice(0, -1)))]!;
  await expect(rows.filter({ hasText: strongest })).toContainText(/\+4\.59\d*/);

  await expect(notebook.cell(3).locator('.jp-InputPrompt')).toHaveText(/\d/);
  await expect(element.getByText(/^\+2\.5/)).not.toHaveCount(0);
  expect(await notebook.printed(2)).toBe('L3H2');
  await chart.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => notebook.printed(2)).toBe('L3H1');

  const lens = notebook.chart(4, /^What it would say/);
  await lens.scrollIntoViewIfNeeded();
  await expect(lens).toBeVisible();
  await notebook.cell(5).scrollIntoViewIfNeeded();
  await expect(notebook.element(5).getByRole('alert')).toContainText('`attribution` has 2 numbers; 1 labels at 1 positions need 1');
});

test('a model of a folder answers beside the notebook, once for all cells', async ({ page, lab }) => {
  const notebook = await lab.open(page, [
    `import logitscope\nmodel = logitscope.Model(${JSON.stringify(BUNDLED)})`,
    `live = model.attribute("${PROMPT}", " Mary", " John")\nlive`,
    `model.attribute("${PROMPT}", " Mary", unit="component")`,
    'print(live.attribution and len(live.attribution["labels"]), live.attribution and live.attribution["attribution"][21], live.error, live.selected)',
    'live.answer = " nothing of the kind"',
  ]);
  const heads = notebook.chart(1, /^Heads/);
  await expect(notebook.element(1).getByRole('alert')).toContainText('nothing of the kind');
  expect(await notebook.printed(3)).toContain('None None');
  await notebook.cell(4).locator('.cm-content').fill('live.answer = " Mary"');
  await notebook.printed(4);
  await expect(heads).toBeVisible();
  await expect(notebook.element(1).locator('[part=identity]')).toContainText('✓ The parts add up: +15.850 = logit difference +15.700');
  const [count, value] = (await notebook.printed(3)).split(' ');
  expect(count).toBe('33');
  expect(Number(value)).toBeCloseTo(known.attribution[21]!, 4);

  await notebook.chart(2, /^Components/).scrollIntoViewIfNeeded();
  await expect(notebook.chart(2, /^Components/)).toBeVisible();
  await expect.poll(() => page.workers().length).toBe(1);

  // A part that is selected is taken apart, by the model.
  await heads.focus();
  await page.keyboard.press('ArrowRight');
  await expect(notebook.chart(1, /^Sources/)).toBeVisible();
  expect(await notebook.printed(3)).toMatch(/ None L\d+H\d+$/);
});

test('a model of the hub comes to the browser, what is wrong with one is said, and all is dark where the notebook is', async ({ page, lab, complaints }) => {
  const broken = mkdtempSync(join(tmpdir(), 'logitscope-model-'));
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']) cpSync(join(BUNDLED, name), join(broken, name));
  truncateSync(join(broken, 'model.safetensors'), 100_000);
  await page.route('https://huggingface.co/**', async (route) => {
    const name = route.request().url().split('/').at(-1)!.split('?')[0]!;
    if (!['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].includes(name)) return route.fulfill({ status: 404 });
    return route.fulfill({ body: readFileSync(join(BUNDLED, name)), headers: { 'access-control-allow-origin': '*' } });
  });
  const notebook = await lab.open(page, [
    'import logitscope',
    `logitscope.Model("owner/name").attribute("${PROMPT}", unit="layer")`,
    `logitscope.Model(${JSON.stringify(broken)}).attribute("${PROMPT}")`,
  ]);
  await expect(notebook.chart(1, /^Running sum/)).toBeVisible();
  await expect(notebook.element(1).locator('[part=identity]')).toContainText('owner/name');
  await expect(notebook.element(2).getByRole('alert')).toContainText(/model\.safetensors/);
  expect(complaints.splice(0).every((url) => url.startsWith('https://huggingface.co/owner/name/'))).toBe(true);
  rmSync(broken, { recursive: true });

  const ground = () => notebook.element(1).evaluate((element) => Math.max(...getComputedStyle(element).backgroundColor.match(/\d+/g)!.map(Number)));
  expect(await ground()).toBe(255);
  await notebook.theme('Dark');
  await expect.poll(ground).toBeLessThan(60);
});
