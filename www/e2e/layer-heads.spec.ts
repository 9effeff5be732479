import { randomModel } from './checkpoint';
import { expect, frames, resize, test } from './test';

/** The last number of a text, as the page writes it. */
const number = (text: string | null) => Number((text ?? '').replaceAll('−', '-').match(/[+-]?\d[\d.]*(e[+-]?\d+)?(?=\D*$)/)?.[0]);

test('a layer’s attention opens into its heads, strongest first, which add up to it with its biases', async ({ scope, page }) => {
  await scope.unit('Components').click();
  await page.locator('contribution-table').getByRole('button', { name: ', 2_attn_out' }).click();
  const heads = scope.selected.getByRole('list', { name: 'Heads of layer 2, strongest first' }).getByRole('button');
  await expect(heads).toHaveCount(8);
  const values = (await heads.allTextContents()).map(number);
  expect(values.map(Math.abs)).toEqual([...values].map(Math.abs).sort((a, b) => b - a));
  const whole = number(await scope.selected.locator('.title .value').textContent());
  const biases = number(await scope.selected.getByText(/^\s*Biases/).textContent());
  // Three digits are shown of each.
  expect(values.reduce((sum, value) => sum + value, biases)).toBeCloseTo(whole, 1);
  await heads.first().click();
  await expect(scope.selected).toContainText('attention head 5 in layer 2');
});

test('of a deep model the bar above a layer is its heads’ sum, and a tap on it opens the layer', async ({ blank: scope, page, server }) => {
  await resize(page, { width: 390, height: 844 });
  const layers = 30;
  const deep = server.make('deep', randomModel({ n_layer: layers, n_head: 25, n_embd: 50, n_positions: 32, vocab_size: 300 }));
  await page.goto(`${server.page}#${new URLSearchParams({ model: deep, prompt: '5, 9, 7, 3', answer: '#7', incorrect: '#3' })}`);
  await scope.accept();
  await scope.settled();
  const chart = scope.chart('Heads');
  await chart.scrollIntoViewIfNeeded();
  const box = (await chart.locator('canvas').boundingBox())!;
  const x = box.x + 60 + ((box.width - 72) / (layers + 2)) * (17 + 1.5);
  const tip = page.locator('chart-figure.head .tooltip');
  const together = tip.filter({ hasText: 'the heads of layer 17 together' });
  const pointed = async (y: number) => {
    await page.mouse.move(x, y);
    await frames(page);
    return together.isVisible();
  };
  // Below the header, which is as high as its words.
  for (let y = box.y + 30; !(await pointed(y)); y += 4) expect(y, 'a bar above the layer').toBeLessThan(box.y + 110);
  const sum = number(await tip.locator('.mono').last().textContent());
  await page.mouse.down();
  await page.mouse.up();
  await expect(scope.selected).toContainText('attention in layer 17');
  await expect(scope.selected.getByRole('list', { name: 'Heads of layer 17, strongest first' }).getByRole('button')).toHaveCount(12);
  const biases = number(await scope.selected.getByText('13 others').textContent());
  const whole = number(await scope.selected.locator('.title .value').textContent());
  expect(Math.abs(sum + biases - whole)).toBeLessThan(0.02 * Math.max(Math.abs(sum), Math.abs(biases), Math.abs(whole)));
});

test('of hundreds of heads those in sight come with the answer, and all are of it in the end', async ({ blank: scope, page, server }) => {
  const deep = server.make('deep-table', randomModel({ n_layer: 30, n_head: 25, n_embd: 50, n_positions: 32, vocab_size: 300 }));
  await page.goto(`${server.page}#${new URLSearchParams({ model: deep, prompt: '5, 9, 7, 3', answer: '#7', incorrect: '#3', unit: 'head' })}`);
  await scope.accept();
  await scope.answered();
  const rows = page.locator('contribution-table tbody tr');
  // Each row in the order of the table: its rank, part and value.
  const listed = () => rows.evaluateAll((rows) => rows.map((row) => [...row.children].slice(0, 3).map(({ textContent }) => textContent?.trim())));
  await expect.poll(listed).toHaveLength(30 * 25 + 1);
  const before = await listed();
  for (const prompt of ['5, 9, 7, 3, 8', '5, 9, 7, 3, 8, 2']) await scope.prompt.fill(prompt);
  await scope.answered();
  const { labels, attribution } = JSON.parse((await scope.download('JSON', 'Heads')).bytes.toString()) as { labels: string[]; attribution: number[] };
  const strongest = labels.map((label, i) => ({ label, value: attribution[i] ?? NaN })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  await expect.poll(async () => (await listed()).map(([, part]) => part)).toEqual(strongest.map(({ label }) => label));
  const after = await listed();
  expect(after.map(([rank]) => Number(rank))).toEqual(strongest.map((_, i) => i + 1));
  expect(after).not.toEqual(before);
  after.forEach(([, , value], i) => expect(Math.abs(number(value ?? null) - strongest[i]!.value)).toBeLessThan(1e-5 + 0.006 * Math.abs(strongest[i]!.value)));
});
