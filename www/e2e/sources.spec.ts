import { expect, still, test, type Logitscope } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';
const ASKED = { answer: ' Mary', incorrect: ' John' };

/** An attribution's numbers, without what it can do. */
type Numbers = { labels: string[]; attribution: number[]; pattern: number[]; activation: number[]; strongest: { label: string; value: number }[] };

/**
 * Puts the elements that show a part taken apart on the page, with what the API says of it, and returns the numbers. The part is a
 * head or an MLP at the last token; `rests` takes a head at a token from where it looks at the first one most.
 */
function mount({ page, server }: Logitscope, of: string | 'rests', theme: 'light' | 'dark' = 'light') {
  return page.evaluate(
    async ({ module, prompt, asked, of, theme }) => {
      const { Logitscope, tints } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(new URL('models/bundled/', module));
      const run = await scope.run(prompt);
      let [label, at] = [of, run.tokens.length - 1];
      for (let position = 2; of === 'rests' && label === 'rests'; position += 1) {
        const { heads, pattern } = await run.sources({ ...asked, position });
        const head = heads.find((_, i) => (pattern[i * (position + 1)] ?? 0) > 0.5);
        if (head) [label, at] = [head, position];
      }
      const mlp = label.endsWith('mlp_out');
      const parts = await run.attribute({ ...asked, unit: mlp ? 'neuron' : 'source', of: label, position: at });
      const whole = mlp ? undefined : await run.pattern(label);
      const picture = { tokens: run.tokens, bos: scope.bos, at, position: at };
      const add = (name: string, properties: object) => {
        const element = document.createElement(name);
        document.body.prepend(Object.assign(element, properties));
        for (const event of ['go-in', 'token-choose']) element.addEventListener(event, (told) => ((window as { told?: unknown }).told = (told as CustomEvent).detail));
      };
      const taken = { of: label, pattern: whole, [mlp ? 'neurons' : 'sources']: parts };
      add(mlp ? 'part-neurons' : 'part-sources', { taken, picture, theme });
      const { labels, attribution, pattern = [], activation = [] } = parts;
      const numbers = { labels, attribution: [...attribution], pattern, activation, strongest: parts.strongest(labels.length) } as Numbers;
      const question = { prompt, prependBos: true, generated: [], position: at, answer: '', incorrect: '', trail: [] };
      const hover = Object.assign(new EventTarget(), { state: { hovered: null } });
      const sources = mlp ? undefined : await run.sources({ ...asked, position: at });
      if (!mlp) add('token-strip', { tokens: run.tokens, question, hover, picture, sources, theme });
      const most = Math.max(...numbers.attribution.map(Math.abs));
      const colors = tints(Float64Array.from(attribution, (value) => value / most), theme === 'dark');
      return { label, at, numbers, whole: whole && [...whole], colors };
    },
    { module: `${server.page}logitscope.js`, prompt: PROMPT, asked: ASKED, of, theme },
  );
}

for (const theme of ['light', 'dark'] as const) {
  test(`the token strip is the chart of a head’s sources, and nothing moves (${theme})`, async ({ scope, page }) => {
    const { numbers, colors, at, label } = await mount(scope, 'L3H4', theme);
    const strip = page.locator('body > token-strip');
    const tokens = strip.locator('button[data-token]');
    await expect(tokens).toHaveCount(15);
    const places = () => tokens.evaluateAll((all) => all.map((token) => JSON.stringify(token.getBoundingClientRect())));
    const [before, height] = [await places(), (await strip.boundingBox())!.height];
    await strip.evaluate((element, selected) => void Object.assign(element, { selected }), label);
    await expect(tokens.nth(13)).toHaveAccessibleName(/^13: ·drink, the head takes \+2\.00 from here, pays 98% of its attention$/);
    expect(await places()).toEqual(before);
    expect((await strip.boundingBox())!.height).toBe(height);

    const drawn = await tokens.evaluateAll((all) =>
      all.map((token) => {
        const { backgroundColor, color } = getComputedStyle(token);
        const bar = getComputedStyle(token.nextElementSibling!);
        return { backgroundColor, color, paid: parseFloat(bar.backgroundSize) / 100 };
      }),
    );
    const rgb = (color: string) => color.match(/\w\w/g)!.map((channel) => parseInt(channel, 16));
    const light = (channels: number[]) => {
      const [r = 0, g = 0, b = 0] = channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    drawn.forEach(({ backgroundColor, color, paid }, i) => {
      expect(backgroundColor, `token ${i}`).toBe(`rgb(${rgb(colors[i]!).join(', ')})`);
      expect(paid, `token ${i}`).toBeCloseTo(numbers.pattern[i]!, 4);
      const [ink, ground] = [color, backgroundColor].map((of) => light(of.match(/\d+/g)!.map(Number)));
      expect(Math.max(ink!, ground!) / Math.min(ink!, ground!), `token ${i}`).toBeGreaterThan(4.5);
    });

    // The arc goes from the one token that matters to the one where it is read.
    const arc = strip.locator('.start, .along, .end');
    await expect(arc).toHaveText(['·drink', '·to']);

    await strip.evaluate((element) => void Object.assign(element, { selected: null }));
    await expect(arc).toHaveCount(0);
    await expect(tokens.nth(at)).toHaveAccessibleName('14: ·to');
    // The keyboard goes on as before.
    await tokens.nth(at).press('ArrowLeft');
    await expect(tokens.nth(13)).toBeFocused();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => (window as { told?: unknown }).told)).toBe(13);
  });
}

test('a head’s strongest sources are listed with the API’s numbers, and lead in', async ({ scope, page }) => {
  const { numbers, label } = await mount(scope, 'L2H5');
  const list = page.locator('body > part-sources');
  const rows = list.locator('tbody tr');
  // Those of a hundredth of all that it takes, and the others in one row.
  const most = numbers.attribution.reduce((sum, value) => sum + Math.abs(value), 0);
  const named = numbers.strongest.filter(({ value }, i) => i < 5 && (i === 0 || Math.abs(value) >= 0.01 * most));
  expect(named.length).toBeLessThan(5);
  await expect(rows).toHaveCount(named.length + 1);
  await expect(rows.last()).toContainText(`${numbers.labels.length - named.length} others`);
  for (const [i, { label: source }] of named.entries()) {
    const token = Number(source.slice(1));
    await expect(rows.nth(i).getByRole('rowheader')).toContainText(String(token));
    await rows.nth(i).getByRole('button', { name: /^Go in/ }).click();
    expect(await page.evaluate(() => (window as { told?: unknown }).told)).toBe(`${label}@${token}`);
    await rows.nth(i).getByRole('button', { name: /^Why/ }).click();
    expect(await page.evaluate(() => (window as { told?: unknown }).told)).toBe(`score:${label}@${token}:key`);
  }
  await expect(rows.first()).toContainText(/·Mary 2\s*\+4\.59\s*>99\.9%/);
  await expect(list).toContainText('From ·to it looks most at ·Mary (>99.9%) and takes most from there: +4.59 of its +4.59.');
  await expect(list.locator('.identity')).toHaveText(/✓ They add up to \+4\.59, what it wrote, to \d\.\de−\d+\./);
});

test('the first token stands apart where most of the attention rests on it', async ({ scope, page }) => {
  const { label } = await mount(scope, 'rests');
  const list = page.locator('body > part-sources');
  await expect(list).toContainText('Most of its attention rests on the first token');
  await expect(list.locator('tbody.rest tr').last().getByRole('rowheader')).toContainText('<|endoftext|>');
  await expect(list.locator('tbody').first()).not.toContainText('<|endoftext|>');
  const strip = page.locator('body > token-strip');
  await strip.evaluate((element, selected) => void Object.assign(element, { selected }), label);
  await expect(strip.locator('.gutter')).toHaveText(/^\d+% rests$/);
  await expect(strip.getByRole('button').first()).toHaveAccessibleName(/rest of its attention/);
});

test('a head’s pattern is pointed at, walked through, and larger on a click', async ({ scope, page }) => {
  const { whole, at } = await mount(scope, 'L3H4');
  const paid = (query: number, key: number) => whole![(query * (query + 1)) / 2 + key]!;
  const small = page.locator('body > part-sources attention-map').first();
  const said = small.locator('#said');
  await expect(said).toHaveText('·to looks at ·drink: 98%');
  await small.getByRole('application').focus();
  await page.keyboard.press('ArrowDown');
  await expect(said).toContainText('·to looks at ·to:');
  await page.keyboard.press('ArrowUp');
  expect(paid(13, 13)).toBeGreaterThan(0.9);
  await expect(said).toHaveText(/^·drink looks at ·drink: 9\d/);
  await page.keyboard.press('Home');
  await expect(said).toContainText('·drink looks at <|endoftext|>:');
  await page.keyboard.press('Escape');
  await expect(said).toHaveText('·to looks at ·drink: 98%');

  await small.locator('canvas').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  const canvas = dialog.locator('canvas');
  await expect.poll(() => canvas.evaluate((drawn: HTMLCanvasElement) => drawn.width > 300)).toBe(true);
  await still(page);
  const { x, y, width } = (await canvas.boundingBox())!;
  const side = (width - 4) / (at + 1);
  await page.mouse.move(x + 2 + 1.5 * side, y + 2 + 4.5 * side);
  await expect(dialog.locator('#said')).toHaveText(new RegExp(`^·John looks at When: ${Math.round(100 * paid(4, 1))}%$`));
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('an MLP’s strongest neurons are listed with the API’s numbers, and lead in', async ({ scope, page }) => {
  const { numbers } = await mount(scope, '3_mlp_out');
  const list = page.locator('body > part-neurons');
  const rows = list.locator('tbody tr');
  await expect(rows).toHaveCount(10);
  const neurons = numbers.strongest.filter(({ label }) => label !== '3_mlp_bias');
  for (const [i, { label, value }] of neurons.slice(0, 8).entries()) {
    await expect(rows.nth(i).getByRole('rowheader')).toHaveText(label);
    await expect(rows.nth(i)).toContainText(value.toPrecision(3));
    await expect(rows.nth(i)).toContainText(numbers.activation[numbers.labels.indexOf(label)]!.toPrecision(3));
    await rows.nth(i).getByRole('button').click();
    expect(await page.evaluate(() => (window as { told?: unknown }).told)).toBe(`neuron:${label}`);
  }
  await expect(rows.nth(8)).toContainText('248 others');
  await expect(list.locator('.identity')).toHaveText(/✓ They add up to \+8\.05, what it wrote, to \d\.\de−\d+\./);
});

test('the newest question’s sources are the ones that stay', async ({ scope, page }) => {
  await page.getByRole('button', { name: /, L3H4$/ }).click();
  const drink = scope.tokens.nth(13);
  await expect(drink).toHaveAccessibleName(/takes \+2\.00 from here/);
  const swap = page.getByRole('button', { name: 'Swap' });
  for (let times = 0; times < 3; times += 1) await swap.click();
  await scope.answered();
  await expect(drink).toHaveAccessibleName(/takes −2\.00 from here/);
  await page.waitForTimeout(300);
  await expect(drink).toHaveAccessibleName(/takes −2\.00 from here/);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('a head is selected under the finger, and nothing moves', async ({ scope, page }) => {
    await scope.settled();
    const heads = scope.chart('Heads');
    await heads.scrollIntoViewIfNeeded();
    const places = () => page.locator('chart-figure, answer-panel').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    const before = await places();
    const { width = 0, height = 0 } = (await heads.boundingBox()) ?? {};
    await heads.tap({ position: { x: 0.7 * width, y: 0.5 * height } });
    await expect(scope.selected).toContainText('attention head');
    await expect(scope.tokens.nth(14)).toHaveAccessibleName(/of its attention/);
    expect(await places()).toEqual(before);
    const inSight = async () => {
      const strip = await page.locator('token-strip').boundingBox();
      return strip && strip.y >= 0 && strip.y + strip.height <= 100;
    };
    await expect.poll(inSight).toBe(true);
    await page.locator('body').press('Escape');
    await expect(page.locator('token-strip')).toBeHidden();
    expect(await places()).toEqual(before);
  });

  test('at the top of the page a head’s tokens leave the page’s head free', async ({ scope, page }) => {
    await page.evaluate(() => (location.hash += '&selected=L3H4'));
    const strip = page.locator('token-strip');
    await expect(strip).toBeVisible();
    await scope.modelButton.tap();
    await expect(page.getByRole('dialog', { name: 'Models' })).toBeVisible();
    await page.getByRole('heading', { name: 'Logitscope' }).tap();
    await page.evaluate(() => scrollTo({ top: 600 }));
    await expect.poll(async () => (await strip.boundingBox())?.y).toBe(0);
  });

  test('who goes in is shown where, and is back where they were when they come out', async ({ scope, page }) => {
    await page.evaluate(() => (location.hash += '&selected=L3H4'));
    const into = scope.selected.getByRole('button', { name: /^Go in: what/ }).first();
    await expect(page.locator('part-words .words').first()).toBeVisible();
    await expect(scope.selected).toContainText('They add up');
    await into.scrollIntoViewIfNeeded();
    await page.evaluate(() => scrollBy({ top: 100 }));
    const before = await page.evaluate(() => scrollY);
    await into.tap();
    await expect(page.getByRole('navigation', { name: 'The way in' })).toBeInViewport({ ratio: 1 });
    await page.getByRole('button', { name: '← Back' }).tap();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(before);
  });
});
