import { expect, test } from './test';

test('shows the bundled model’s answer, its three charts and a green identity, on one screen and without the network', async ({
  scope,
  server,
}) => {
  await expect(scope.prompt).toHaveValue('When Mary and John went to the store, John gave a drink to');
  await expect(scope.answer).toHaveValue('·Mary');
  await expect(scope.incorrect).toHaveValue('·John');
  await expect(scope.predictions.first()).toHaveAccessibleName(/^Explain ·Mary, [\d.]+%$/);
  await expect(scope.identity).toContainText('The parts add up');

  for (const name of ['Running sum', 'Components', 'Heads'] as const) {
    const chart = scope.chart(name);
    await expect.poll(() => painted(chart), name).toMatchObject({ ink: true, colour: true, crisp: true });
    const box = await chart.boundingBox();
    expect(box && box.y + box.height, name).toBeLessThanOrEqual(900);
  }
  const away = scope.requests.filter((url) => !url.startsWith(server.page) && !/^(blob|data):/.test(url));
  expect(away).toEqual([]);

  const { labels, attribution, total, logit, bias, answer, incorrect } = await scope.numbers();
  const sum = attribution.reduce((a, b) => a + b, 0);
  expect([answer.text, incorrect?.text]).toEqual([' Mary', ' John']);
  expect(labels.at(-1)).toBe('remainder');
  expect(sum).toBeCloseTo(total[0] ?? NaN, 9);
  expect(sum).toBeCloseTo((logit[0] ?? NaN) - (bias[0] ?? NaN), 3);
  expect(logit[0]).toBeGreaterThan(0);
});

/** What is to be seen on a chart's canvas. */
async function painted(chart: import('@playwright/test').Locator) {
  return chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    let inked = 0;
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = data.slice(i, i + 3) as unknown as [number, number, number];
      const differs = [0, 1, 2, 3].some((channel) => Math.abs((data[i + channel] ?? 0) - (data[channel] ?? 0)) > 16);
      if (differs) inked += 1;
      if (differs && Math.max(r, g, b) - Math.min(r, g, b) > 48) coloured += 1;
    }
    const area = width * height;
    const crisp = width === Math.round(canvas.clientWidth * devicePixelRatio);
    return { ink: inked > area / 200, colour: coloured > area / 500, crisp };
  });
}
