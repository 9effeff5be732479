import { expect, test } from './test';

test('the chart as PNG and SVG and the numbers as CSV and JSON are what they should be', async ({ scope, page }) => {
  for (const unit of ['Running sum', 'Components', 'Heads'] as const) {
    await scope.unit(unit).click();
    const numbers = await scope.numbers();

    const csv = await scope.download('CSV');
    expect(csv.name).toMatch(/^logitscope-bundled-model-.*Mary.*\.csv$/);
    const [head, ...rows] = csv.bytes.toString().trimEnd().split('\n').map((row) => row.split(','));
    expect(head).toEqual(['label', 'position', 'attribution']);
    expect(rows.map(([label]) => label)).toEqual(numbers.labels);
    expect(rows.map(([, , value]) => Number(value))).toEqual(numbers.attribution);

    const png = (await scope.download('PNG')).bytes;
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1920, 800]);

    const svg = (await scope.download('SVG')).bytes.toString();
    const drawn = await page.evaluate((text) => {
      const { documentElement: root } = new DOMParser().parseFromString(text, 'image/svg+xml');
      return { name: root.localName, marks: root.querySelectorAll('rect, polygon, polyline, path, circle, line').length, text: root.textContent };
    }, svg);
    expect(drawn.name).toBe('svg');
    expect(drawn.marks).toBeGreaterThan(5);
    expect(drawn.text).toContain('Mary');
  }
});
