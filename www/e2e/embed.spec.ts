import { gzipSync } from 'node:zlib';
import type { Locator } from '@playwright/test';
import { wrong } from './axe';
import { Article, EXPORTED, exported, type Exported } from './article';
import { expect, frames, test as base } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';

const test = base.extend<{ article: Article; complaints: string[] }>({
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await use(complaints);
  },
  article: async ({ page, server }, use) => use(new Article(page, server)),
});

/** So many bytes an exported answer may take, all that shows it included. */
const MOST_GZIPPED = 150_000;

const live = (server: { page: string }, more = '') =>
  `<logit-attribution model="${server.page}models/bundled/" prompt="${PROMPT}" answer=" Mary" incorrect=" John" unit="head" ${more}></logit-attribution>`;

const drawn = (chart: Locator) => chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

test('elements ask one model, each when it comes into view, and give it back with the last of them', async ({ article, page, server, complaints }) => {
  await article.open(`${live(server)}<div style="height: 4000px"></div>${live(server, 'id="below" selected="L2H5"')}`);
  await expect(article.chart(/^Heads/)).toHaveCount(1);
  const [answer] = await article.heard('answer');
  const { attribution, labels } = answer!.detail as { attribution: Record<string, number>; labels: string[] };
  const known = exported('heads') as { attribution: number[]; labels: string[] };
  expect(labels).toEqual(known.labels);
  known.attribution.forEach((value, i) => expect(attribution[i]).toBeCloseTo(value, 4));
  expect(await article.heard()).toHaveLength(1);

  await page.locator('#below').scrollIntoViewIfNeeded();
  await expect(article.chart(/^Heads/)).toHaveCount(2);
  await expect(article.chart(/^Sources/)).toBeVisible();
  expect(server.requests.filter((path) => path.endsWith('.safetensors'))).toHaveLength(1);
  expect(page.workers().length).toBeGreaterThan(0);

  // One that is moved goes on; once none is left there is no model.
  await page.evaluate(() => document.querySelector('main')?.prepend(document.querySelector('#below')!));
  await expect(article.chart(/^Sources/)).toBeVisible();
  await page.evaluate(() => document.querySelectorAll('logit-attribution').forEach((element) => element.remove()));
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
});

test('the last question wins, one that is taken away while it loads asks nothing', async ({ article, page, server, complaints }) => {
  await article.open(live(server));
  const change = (asked: Record<string, string>) =>
    article.element.evaluate((element, asked) => Object.entries(asked).forEach(([name, value]) => element.setAttribute(name, value)), asked);
  await change({ prompt: 'The capital of Italy is', answer: ' Rome', incorrect: '', unit: 'component' });
  await expect(article.element.locator('[part=heading]')).toHaveText('Why ·Rome?');
  await expect(article.chart(/^Components/)).toBeVisible();
  expect(await article.heard('error')).toEqual([]);

  await change({ answer: ' nothing of the kind' });
  await expect(article.element.getByRole('alert')).toContainText('nothing');
  expect(await article.heard('error')).toHaveLength(1);
  await change({ answer: '' });
  await expect(article.chart(/^Components/)).toBeVisible();
  await expect(article.element.getByRole('alert')).toHaveCount(0);

  await page.evaluate((html) => {
    const host = document.querySelector('main')!.appendChild(document.createElement('div'));
    host.attachShadow({ mode: 'open' }).innerHTML = html;
    const { shadowRoot } = host.shadowRoot!.firstElementChild!;
    // No sooner does it ask than it is taken away.
    const asks = () => shadowRoot!.querySelector('[aria-busy=true]') && host.remove();
    new MutationObserver(asks).observe(shadowRoot!, { subtree: true, childList: true, attributes: true });
  }, live(server));
  await expect(article.element).toHaveCount(1);
  await page.waitForTimeout(1000);
  expect((await article.heard('answer')).length).toBeLessThanOrEqual(3);
  expect(complaints).toEqual([]);
});

/** The chart of each, and what stands above it. */
const SHOWN: Record<Exported, [chart: RegExp, heading: string]> = {
  heads: [/^Heads: what each attention head adds to ·Mary − ·John/, 'Why ·Mary rather than ·John?'],
  sources: [/^Sources/, 'Why ·Mary rather than ·John?'],
  difference: [/^Components.*first − second/, 'Why ·Mary rather than ·John?'],
  score: [/^Components.*score of L3H4/, 'Why L3H4 looks at ·a'],
  set: [/^Components.*mean logit/, 'Over 3 prompts: logit (difference) +9.91 ± 1.64; all right.'],
  lens: [/^What it would say/, 'When was ·Mary known?'],
  effects: [/^Direct against total/, 'Why ·Mary rather than ·John?'],
  patching: [/^Patching/, 'Why ·Mary rather than ·John?'],
};

for (const name of EXPORTED) {
  test(`an exported answer is shown without a model, in little: ${name}`, async ({ article, page, server, complaints }) => {
    const sizes: Promise<number>[] = [];
    const src = article.serve(`${name}.json`, exported(name));
    page.on('response', (response) => {
      if (!response.url().endsWith('.html') && response.url() !== src) sizes.push(response.body().then((body) => gzipSync(body).length));
    });
    await article.open(`<logit-attribution src="${src}"></logit-attribution>`);
    const [title, heading] = SHOWN[name];
    const chart = article.chart(title);
    await expect(chart).toBeVisible();
    await expect(article.element.locator('[part=heading]')).toHaveText(heading);
    await expect(article.element.locator('[part=identity] .wrong')).toHaveCount(0);
    expect(server.requests.some((path) => /model|safetensors/.test(path.replace('/models/exported/', '')))).toBe(false);
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(MOST_GZIPPED);

    // Pointed at, walked through, and in numbers.
    await expect(async () => {
      const box = (await chart.boundingBox())!;
      for (const [x, y] of [[0.52, 0.5], [0.6, 0.4], [0.7, 0.3], [0.45, 0.6], [0.3, 0.5], [0.8, 0.25], [0.53, 0.85]] as const) {
        await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
        if (await article.element.locator('.tooltip').isVisible()) return;
      }
      throw new Error('nothing is pointed at');
    }).toPass();
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowUp');
    const selects = await article.heard('select');
    expect(selects.length).toBeGreaterThan(0);
    await expect(article.element.locator('.said')).not.toContainText('Point at');
    await article.element.locator('summary').click();
    await expect(article.element.getByRole('row').nth(2)).toBeVisible();
    await page.keyboard.press('Tab');
    expect(complaints).toEqual([]);
  });
}

test('the table has the numbers of the file, and a part can be selected in it', async ({ article, page }) => {
  const [heads, sources] = [exported('heads'), exported('sources')];
  await article.open(`<logit-attribution><script type="application/json">${JSON.stringify({ ...heads, also: [sources] })}</script></logit-attribution>`);
  await article.element.locator('summary').click();
  const row = article.element.getByRole('row', { name: /L2H5/ });
  const value = (heads['attribution'] as number[])[(heads['labels'] as string[]).indexOf('L2H5')]!;
  await expect(row.getByRole('cell').nth(1)).toHaveText(`+${value.toPrecision(3)}`);
  await article.element.getByRole('row', { name: /L3H4/ }).getByRole('button').click();
  await expect(article.chart(/^Sources.*L3H4/)).toBeVisible();
  expect((await article.heard('select')).at(-1)?.detail).toEqual({ label: 'L3H4', at: null });
  // What is pointed at is nobody's business but the element's.
  expect(await page.evaluate(() => new Promise((resolve) => {
    document.addEventListener('part-hover', () => resolve('heard'));
    document.querySelector('logit-attribution')!.shadowRoot!.querySelector('attribution-exhibit')!.shadowRoot!.querySelector('chart-figure')!.dispatchEvent(new CustomEvent('part-hover', { detail: null, bubbles: true, composed: true }));
    setTimeout(() => resolve('silent'), 50);
  }))).toBe('silent');
});

test('what is no answer, or does not add up, is said in the element', async ({ article, server }) => {
  const heads = exported('heads');
  const attribution = (heads['attribution'] as number[]).map((value, i) => (i === 3 ? value + 1 : value));
  const [effects, set] = [exported('effects'), exported('set')];
  const cases: [json: unknown, says: RegExp][] = [
    [{ ...heads, attribution }, /parts do not add up/],
    [{ ...effects, effect: (effects['effect'] as number[]).map((x) => x + 1) }, /are not what the logit changes by/],
    [{ ...set, mean: (set['mean'] as number[]).map((x) => x + 1) }, /means are not those of the prompts/],
    [{ hello: 1 }, /not an answer of Logitscope: it has the fields hello\. An attribution, a lens/],
    [[1], /This JSON is a list/],
    ['<!doctype html>', /is not JSON: it begins with "<!doctype html>"/],
    [{ ...heads, attribution: [1] }, /`attribution` has 1 numbers; 33 labels at 1 positions need 33/],
    [{ ...heads, labels: (heads['labels'] as string[]).toReversed() }, /labels are not those of unit head in the model's order/],
    [{ ...heads, tokens: 'none' }, /`tokens` is not a list of tokens/],
    [{ ...exported('lens'), entropy: [[1]] }, /`entropy` has not a row for each of 9 states/],
    [{ ...exported('patching'), site: 'q' }, /`site`: "q" is not one of resid_pre/],
  ];
  const elements = cases.map(([json], i) => `<logit-attribution src="${article.serve(`case-${i}.json`, json)}"></logit-attribution>`);
  await article.open([...elements, `<logit-attribution src="${server.page}none.json"></logit-attribution>`].join(''), 'body { margin: 0 } main { display: grid; grid-template-columns: repeat(4, 1fr) }');
  for (const [i, [, says]] of cases.entries()) await expect(article.element.nth(i)).toContainText(says);
  await expect(article.element.last()).toContainText(/none\.json could not be fetched: 404/);
  await expect(article.element.last().getByRole('button', { name: 'Try again' })).toBeVisible();
  expect(await article.heard('error')).toHaveLength(cases.length - 3 + 1);
});

test('its colours are those of the scheme where it stands, and axe finds nothing wrong in either', async ({ article, page }) => {
  const [heads, lens] = [article.serve('heads.json', exported('heads')), article.serve('lens.json', exported('lens'))];
  await article.open(`<logit-attribution src="${heads}" selected="L2H5"></logit-attribution><logit-attribution src="${lens}"></logit-attribution>`);
  const chart = article.chart(/^Heads/);
  await expect(chart).toBeVisible();
  await expect(article.chart(/^What it would say/)).toBeVisible();
  expect(await wrong(page)).toEqual([]);
  await frames(page);
  const light = await drawn(chart);
  await page.evaluate(() => (document.documentElement.style.colorScheme = 'dark'));
  await expect.poll(() => drawn(chart)).not.toBe(light);
  expect(await wrong(page, 'dark'), 'dark').toEqual([]);
  await page.evaluate(() => (document.documentElement.style.colorScheme = 'light'));
  await expect.poll(() => drawn(chart)).toBe(light);
});
