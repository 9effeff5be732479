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
