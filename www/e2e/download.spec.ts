import { renamed } from './renamed';
import { expect, test } from './test';

test('the chart as PNG and SVG and the numbers as CSV and JSON are what they should be', async ({ scope, page }) => {
  for (const unit of ['Running sum', 'Components', 'Heads'] as const) {
    await scope.unit(unit).click();
    const numbers = await scope.numbers();

    const csv = await scope.download('CSV');
    expect(csv.name).toMatch(/^logitscope-bundled-model-.*Mary.*\.csv$/);
    const lines = csv.bytes.toString().trimEnd().split('\n');
    const said = lines.filter((line) => line.startsWith('# ')).join('\n');
    for (const what of ['When Mary and John went to the store', 'Why ·Mary rather than ·John?', 'bundled model', `total: ${numbers.total[0]}`, `bias: ${numbers.bias[0]}`, page.url()]) {
      expect(said).toContain(what);
    }
    const [head, ...rows] = lines.filter((line) => !line.startsWith('#')).map((row) => row.split(','));
    expect(head).toEqual(['label', 'position', 'attribution']);
    expect(rows.map(([label]) => label)).toEqual(numbers.labels);
    expect(rows.map(([, , value]) => Number(value))).toEqual(numbers.attribution);

    const png = (await scope.download('PNG')).bytes;
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 1080]);

    const svg = (await scope.download('SVG')).bytes.toString();
    const drawn = await page.evaluate((text) => {
      const { documentElement: root } = new DOMParser().parseFromString(text, 'image/svg+xml');
      return { name: root.localName, marks: root.querySelectorAll('rect, polygon, polyline, path, circle, line').length, text: root.textContent };
    }, svg);
    expect(drawn.name).toBe('svg');
    expect(drawn.marks).toBeGreaterThan(5);
    for (const what of ['Mary and John went to the store', 'Why ·Mary rather than ·John?', 'Model: bundled model', 'The parts add up', scope.server.page]) {
      expect(drawn.text.replace(/\s+/g, ' ')).toContain(what);
    }
  }
});

test('pictures come for slides and papers, light and dark', async ({ scope, page }) => {
  const corner = (png: Buffer) =>
    page.evaluate(async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext('2d');
      context?.drawImage(picture, 0, 0);
      return [picture.width, picture.height, ...(context?.getImageData(2, 2, 1, 1).data.slice(0, 3) ?? [])];
    }, [...png]);
  await page.getByRole('combobox', { name: 'Size of the picture' }).selectOption('paper');
  expect(await corner((await scope.download('PNG')).bytes)).toEqual([2560, 1760, 255, 255, 255]);
  await page.getByRole('combobox', { name: 'Colours of the picture' }).selectOption('dark');
  expect(await corner((await scope.download('PNG')).bytes)).toEqual([2560, 1760, 0x16, 0x17, 0x1a]);
});

/** The cells of a CSV without its comments. */
function cellsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of csv.replace(/^#.*\n/gm, '').matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

test('no cell of a table is a formula or ends early, whatever tokens have in them', async ({ scope, page }) => {
  const token = '=A1,"\\';
  await scope.load(renamed(scope.server, 'formulas', { 'Ġis': token }));
  await expect(scope.modelButton).toHaveAccessibleName(/formulas/);
  await scope.prompt.fill(`The capital of France${token}`);
  await scope.answer.fill('');
  await scope.incorrect.fill('');
  await scope.answered();
  const table = async (name: string) => {
    const cells = cellsOf((await scope.download('CSV', name)).bytes.toString());
    expect(cells.length).toBeGreaterThan(5);
    expect(cells.filter((row) => row.length !== cells[0]?.length)).toEqual([]);
    expect(cells.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/.test(cell))).toEqual([]);
    return cells.flat();
  };
  await table('Heads');
  await page.getByRole('tab', { name: 'When was it known' }).click();
  await expect(page.locator('lens-view .said')).not.toBeEmpty();
  await expect(page.locator('lens-bar progress')).toHaveCount(0);
  // As JSON has it, with an apostrophe that keeps it a text.
  expect(await table('Lens')).toContain(`'=A1,"\\\\`);
  await page.getByRole('tab', { name: 'What if' }).click();
  await page.getByRole('button', { name: /compare with another sentence/ }).click();
  await page.getByRole('textbox', { name: /second sentence/i }).fill(`The capital of Italy${token}`);
  await expect(page.locator('patch-panel')).toContainText('Layer 0 at');
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  expect((await table('Patching')).filter((cell) => cell.startsWith('Layer 0 at =A1,"'))).toHaveLength(1);
});
