import { Article, exported } from './article';
import { expect, test as base } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';

const test = base.extend<{ article: Article; complaints: string[] }>({
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await use(complaints);
  },
  article: async ({ page, server }, use) => use(new Article(page, server)),
});

const live = (model: string, more = '') => `<logit-attribution model="${model}" prompt="${PROMPT}" answer=" Mary" incorrect=" John" ${more}></logit-attribution>`;

test('an answer that cannot be fetched is said in words, and is fetched again by a click', async ({ article, page, server, complaints }) => {
  const [whole, from] = [JSON.stringify(exported('heads')), (name: string) => article.serve(name, exported('heads'))];
  const cut = article.serve('half.json', whole.slice(0, whole.length / 2));
  server.faults.set('broken-off.json', 'cut').set('denied.json', 'denied').set('closed.json', 'no CORS');
  const sources = [cut, from('broken-off.json'), from('denied.json'), from('closed.json').replace(server.origin, server.elsewhere)];
  // From the server itself: a page that a test makes up may ask nothing of another origin on this machine.
  const elements = sources.map((src) => `<logit-attribution src="${src}"></logit-attribution>`);
  await page.goto(server.article(`<!doctype html><script type="module" src="${server.page}elements.js"></script>${elements.join('')}`));
  const says = [/half\.json is not JSON: it begins like JSON, and is cut or damaged/, /broken-off\.json could not be fetched: the connection was cut/, /denied\.json could not be fetched: 401/, /closed\.json could not be fetched: there was no answer.*CORS/];
  for (const [i, words] of says.entries()) {
    await article.element.nth(i).scrollIntoViewIfNeeded();
    await expect(article.element.nth(i).getByRole('alert')).toContainText(words);
  }
  server.faults.clear();
  for (const i of [1, 2, 3]) {
    await article.element.nth(i).getByRole('button', { name: 'Try again' }).click();
    await expect(article.element.nth(i).getByRole('application', { name: /^Heads/ })).toBeVisible();
  }
  expect(complaints).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
});

test('a file of 100 MB is refused before the page stands still', async ({ article, complaints }) => {
  const zeros = ',0'.repeat(50e6);
  const src = article.serve('huge.json', JSON.stringify({ ...exported('heads'), attribution: [1] }).replace('[1]', `[0${zeros}]`));
  await article.open(`<logit-attribution src="${src}"></logit-attribution>`);
  await expect(article.element.getByRole('alert')).toContainText(/huge\.json has 100 MB; an answer of more than 64.0 MB is not read/);
  expect(complaints).toEqual([]);
});

test('a model that is refused is said in every element that asks it, and asked for once; others go on', async ({ article, server, complaints }) => {
  const closed = server.model('tiny-a');
  server.faults.set('tiny-a/config.json', 'denied');
  await article.open(live(closed) + live(closed) + live(`${server.page}models/bundled/`) + `<logit-attribution src="${article.serve('heads.json', exported('heads'))}"></logit-attribution>`);
  for (const i of [0, 1]) await expect(article.element.nth(i).getByRole('alert')).toContainText(/config\.json: .*answered 401/);
  for (const i of [2, 3]) {
    await article.element.nth(i).scrollIntoViewIfNeeded();
    await expect(article.element.nth(i).getByRole('application', { name: /^Heads/ })).toBeVisible();
  }
  expect(server.requests.filter((path) => path === '/models/tiny-a/config.json')).toHaveLength(1);
  expect((await article.heard('error')).map(({ detail }) => (detail as { name: string }).name)).toEqual(['DownloadError', 'DownloadError']);
  expect(complaints).toEqual([]);
});

test('elements that are taken away while they load leave no request, no worker and no word', async ({ article, page, server, complaints }) => {
  const stalls = article.serve('stalls.json', exported('heads'));
  server.faults.set('stalls.json', 'stall').set('model.safetensors', 'stall');
  const failed: string[] = [];
  page.on('requestfailed', (request) => failed.push(new URL(request.url()).pathname.split('/').at(-1) ?? ''));
  await article.open(`<logit-attribution src="${stalls}"></logit-attribution>${live(server.model('tiny-b'))}`);
  await expect(article.element.last()).toContainText(/Loading the model: /);
  await page.evaluate(() => document.querySelectorAll('logit-attribution').forEach((element) => element.remove()));
  await expect.poll(() => page.workers().length).toBe(0);
  await expect.poll(() => failed).toContain('stalls.json');
  expect(await article.heard()).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a hundred elements are a hundred answers of one model, and none of a page’s errors is theirs', async ({ article, page, server, complaints }) => {
  const src = article.serve('heads.json', exported('heads'));
  const elements = Array.from({ length: 50 }, (_, i) => live(`${server.page}models/bundled/`, `position="${-1 - (i % 3)}" selected="none of them"`) + `<logit-attribution src="${src}"></logit-attribution>`);
  // All of them in view.
  await article.open(elements.join(''), 'body { margin: 0 } main { display: grid; grid-template-columns: repeat(10, 1fr) } logit-attribution { height: 60px; overflow: hidden }');
  await expect.poll(async () => (await article.heard('answer')).length, { timeout: 30_000 }).toBe(100);
  await expect(article.chart(/^Heads/)).toHaveCount(100);
  expect(server.requests.filter((path) => path.endsWith('.safetensors'))).toHaveLength(1);
  expect(await article.heard('error')).toEqual([]);

  await page.evaluate(() => document.addEventListener('select', () => { throw new Error('of the page'); }));
  await article.element.first().evaluate((element) => ((element as HTMLElement).style.height = 'auto'));
  const chart = article.element.first().getByRole('application');
  await chart.focus();
  for (const key of ['ArrowRight', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
  await expect.poll(async () => (await article.heard('select')).length).toBe(3);
  await expect(article.element.first().locator('.said')).toContainText(/L\d+H\d+/);
  await expect.poll(() => complaints).toEqual(Array(3).fill('Error: of the page'));

  await page.evaluate(() => document.querySelectorAll('logit-attribution').forEach((element) => element.remove()));
  await expect.poll(() => page.workers().length).toBe(0);
});

test('elements that are taken away and put back, quickly and in any order, answer in the end, of one model, and leave nothing', async ({ article, page, server, complaints }) => {
  test.slow();
  const src = article.serve('heads.json', exported('heads'));
  await article.open(`${live(`${server.page}models/bundled/`, 'selected="L2H5"')}<logit-attribution src="${src}"></logit-attribution>${live(`${server.page}models/bundled/`, 'unit="component"')}`);
  await page.evaluate(async () => {
    const main = document.querySelector('main')!;
    const elements = [...document.querySelectorAll<HTMLElement & { prompt: string; unit: string; selected: string | null }>('logit-attribution')];
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    // About the times after which one that is away is given up, and the model that none holds.
    const times = [0, 0, 1, 5, 17, 50, 120, 300, 480, 499, 500, 501, 520, 990, 1010];
    for (let i = 0; i < 90; i += 1) {
      const element = elements[i % 3]!;
      const away = times[(i * 7) % times.length]!;
      if (i % 4 === 3) elements.forEach((each) => each.remove());
      else element.remove();
      if (i % 5 === 0) element.unit = i % 2 ? 'head' : 'component';
      if (i % 6 === 0) element.selected = i % 12 ? 'L3H4' : '3_mlp_out';
      await wait(away);
      for (const each of elements) if (!each.isConnected) main.prepend(each);
      if (i % 3) await wait(times[(i * 11) % times.length]!);
    }
    for (const [i, element] of elements.entries()) {
      element.unit = i === 2 ? 'component' : 'head';
      element.selected = i === 0 ? 'L2H5' : null;
      element.scrollIntoView();
      await wait(50);
    }
  });
  await expect(article.element.locator('[aria-busy=true]')).toHaveCount(0);
  for (const i of [0, 1, 2]) {
    await article.element.nth(i).scrollIntoViewIfNeeded();
    await expect(article.element.nth(i)).toContainText('The parts add up');
    await expect(article.element.nth(i).getByRole('alert')).toHaveCount(0);
  }
  await expect(article.chart(/^Sources.*L2H5/)).toBeVisible();
  const drawn = () =>
    article.element.locator('canvas').evaluateAll((all) => {
      const inked = (all as HTMLCanvasElement[]).map((canvas) => new Set(new Uint32Array(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size > 10);
      return inked.length > 3 && !inked.includes(false);
    });
  await expect.poll(drawn).toBe(true);
  expect(page.workers().length).toBeGreaterThan(0);
  expect(await article.heard('error')).toEqual([]);
  await page.evaluate(() => document.querySelectorAll('logit-attribution').forEach((element) => element.remove()));
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
});
