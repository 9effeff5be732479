import { readFile, stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, Page, TestInfo } from '@playwright/test';
import { renamed } from './renamed';
import { expect, test, type Logitscope } from './test';

/** Larger no page that stands alone may be. */
const MOST = 1_000_000;

/** Saves what is shown as a page; gives its file. */
async function saved({ page }: Logitscope, name: string, info: TestInfo): Promise<string> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: `Save ${name} as page`, exact: true }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.html$/);
  const file = info.outputPath(download.suggestedFilename());
  await download.saveAs(file);
  expect((await stat(file)).size).toBeLessThan(MOST);
  return file;
}

/** Opens a file from the disk in a browser without the network. The page may complain of nothing, and ask for nothing. */
async function opened(browser: Browser, file: string, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => request.url() !== page.url() && !request.url().startsWith('file:') && complaints.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  await use(page);
  expect(complaints).toEqual([]);
  await context.close();
}

const chart = (page: Page, name: RegExp) => page.getByRole('application', { name });

test('an answer saved as a page has its charts, its numbers and what a head was taken apart into, from a disk and in a frame that is shut off', async ({ scope, page, browser }, info) => {
  await scope.table.getByRole('button', { name: /L3H4$/ }).click();
  await expect(scope.selected.getByRole('table', { name: /L3H4 takes/ })).toBeVisible();
  const value = await scope.table.getByRole('row', { name: /L2H5/ }).getByRole('cell').nth(1).innerText();
  // The address is kept up to date a moment later.
  await expect.poll(() => page.url()).toContain('selected=L3H4');
  const [heading, link] = await page.evaluate(() => [document.title.replace(' · Logitscope', ''), location.href]);
  const file = await saved(scope, 'Heads', info);

  const check = async (inside: Pick<Page, 'locator' | 'getByRole' | 'getByText'>) => {
    for (const name of [/^Running sum/, /^Components/, /^Heads/]) await expect(inside.getByRole('application', { name })).toBeVisible();
    await expect(inside.getByText(heading!, { exact: true })).toBeVisible();
    await expect(inside.locator('[part=identity]')).toContainText(/✓ The parts add up: .*, to .*bundled model/s);
    await expect(inside.getByRole('link', { name: 'Open in Logitscope' })).toHaveAttribute('href', link!);
  };
  await opened(browser, file, async (page) => {
    await check(page);
    await expect(page).toHaveTitle(/^“When Mary and John went/);
    const heads = chart(page, /^Heads/);
    await expect(async () => {
      const box = (await heads.boundingBox())!;
      await page.mouse.move(0, 0);
      await page.mouse.move(box.x + box.width * 0.57, box.y + box.height * 0.6);
      await expect(heads.locator('.tooltip')).toContainText(/rank \d+ of \d+/, { timeout: 1000 });
    }).toPass();
    await expect(chart(page, /^Sources.*L3H4/)).toBeVisible();
    await page.locator('summary').click();
    await expect(page.getByRole('row', { name: /L2H5/ }).getByRole('cell').nth(1)).toHaveText(value);
    await page.getByRole('row', { name: /L2H5/ }).getByRole('button').click();
    await expect(page.locator('.said')).toContainText(value);
  });

  const html = await readFile(file, 'utf8');
  await page.goto('about:blank');
  await page.evaluate((html) => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    frame.sandbox.add('allow-scripts');
    frame.style.cssText = 'width: 1000px; height: 800px';
    frame.srcdoc = html;
  }, html);
  await check(page.frameLocator('iframe') as unknown as Page);
});

test('so have a lens, effects, two sentences and what is put from one into the other, and a set of prompts', async ({ scope, page, server, browser }, info) => {
  const tab = (name: RegExp) => page.getByRole('tab', { name }).click();
  await tab(/^When/);
  await expect(page.locator('lens-view .said')).toContainText('·Mary is');
  const lens = await saved(scope, 'Lens', info);
  await tab(/^What if/);
  const effects = await saved(scope, 'Direct against total', info);
  await page.getByRole('button', { name: /compare with another sentence/ }).click();
  await page.locator('site-bar').getByRole('button', { name: 'who wrote it', exact: true }).click();
  const compared = await saved(scope, 'Heads, compared', info);
  await page.locator('site-bar').getByRole('button', { name: 'residual stream', exact: true }).click();
  await expect(page.locator('patch-panel')).toContainText('Layer 3 at');
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  const patching = await saved(scope, 'Patching', info);
  await page.goto('about:blank');
  await page.goto(`${server.page}#view=always&set=preset:who-gets-the-drink`);
  await expect(page.locator('set-panel')).toContainText('The parts add up in every prompt', { timeout: 60_000 });
  await expect(page.locator('set-bar progress')).toHaveCount(0, { timeout: 60_000 });
  const set = await saved(scope, 'Heads', info);

  const kinds: [file: string, chart: RegExp, says: RegExp][] = [
    [lens, /^What it would say/, /^When was ·Mary known\?$/],
    [effects, /^Direct against total/, /^What is lost without each part, alone, with nothing in its place, at every token\.$/],
    [compared, /^Heads.*first − second/, /^Compared with “/],
    [patching, /^Patching/, /^Into “/],
    [set, /^Heads.*mean logit difference over 100 prompts/, /^Over 100 prompts: logit difference/],
  ];
  for (const [file, name, says] of kinds) {
    await opened(browser, file, async (page) => {
      await expect(chart(page, name)).toBeVisible();
      await expect(page.getByText(says)).toBeVisible();
      await expect(page.locator('[part=identity] .wrong')).toHaveCount(0);
      await chart(page, name).focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowUp');
      await expect(page.locator('.said')).not.toContainText('Point at');
    });
  }
});

/** What would run if it were taken for anything but a text, and what ends a line in a script alone. */
const HOSTILE = `</script><script>ran()</script><img src=x onerror=ran()>"' onload="ran() \u2028\u2029<!--<script>`;

test('nothing runs that stands in tokens, prompts or names, not in a page that is saved from a saved one either', async ({ scope, page, server, browser }, info) => {
  await page.evaluate(() => ((self as unknown as { ran: () => void }).ran = () => console.error('ran')));
  await scope.load(renamed(server, `hostile<img src=x onerror=ran()>`, { 'Ġis': HOSTILE }));
  await expect(scope.modelButton).toHaveAccessibleName(/hostile/);
  await scope.prompt.fill(`The capital of France${HOSTILE}`);
  await scope.incorrect.fill('');
  await scope.answered();
  await expect(scope.tokens.last()).toContainText('</script>');
  const file = await saved(scope, 'Heads', info);
  const shown = async (page: Page) => {
    await expect(chart(page, /^Heads/)).toBeVisible();
    await expect(page.locator('[part=prompt]')).toContainText('The capital of France</script><script>ran()');
    await expect(page.locator('[part=identity]')).toContainText('The parts add up');
    await page.locator('summary').click();
    await expect(page.getByRole('row', { name: /L2H5/ })).toBeVisible();
    expect(await page.locator('img, script:not([type="application/json"], [type=module])').count()).toBe(0);
  };
  const again = info.outputPath('again.html');
  await opened(browser, file, async (page) => {
    await shown(page);
    await writeFile(again, await page.content());
  });
  await opened(browser, again, shown);
  const { name, bytes } = await scope.download('SVG');
  expect(name).toMatch(/^[\p{L}\p{N}.-]+$/u);
  const inside = await page.evaluate((svg) => {
    const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
    return [...documentElement.querySelectorAll('*')].flatMap((element) => [element.localName, ...element.getAttributeNames().filter((name) => /^on|href/.test(name))]);
  }, bytes.toString());
  expect(inside.length).toBeGreaterThan(20);
  expect(inside.filter((name) => /script|img|parsererror|foreignObject|^on|href/.test(name))).toEqual([]);
});

test('a saved page that was damaged shows its picture, or says in words what is wrong', async ({ scope, browser }, info) => {
  test.slow();
  const html = await readFile(await saved(scope, 'Heads', info), 'utf8');
  const [, json = ''] = /<script type="application\/json">([^]*?)<\/script>/.exec(html) ?? [];
  const [begin, end] = [html.indexOf('<script type="module">'), html.lastIndexOf('</script>')];
  const answer = JSON.parse(json) as Record<string, unknown>;
  const other = (text: string) => html.replace(json, () => text);
  const changed = (more: object) => other(JSON.stringify({ ...answer, ...more }));
  const cut = (at: number) => html.slice(0, at);
  const pages: Record<string, [html: string, shows: 'picture' | 'chart' | RegExp]> = {
    'whole': [html, 'chart'],
    'cut in its script': [cut((begin + end) / 2), 'picture'],
    'cut before its script': [cut(begin), 'picture'],
    'cut in its numbers': [cut(html.indexOf(json) + json.length / 2), 'picture'],
    'another script': [`${html.slice(0, begin + 2000)} ${html.slice(begin + 2001)}`, 'picture'],
    'without its script': [html.slice(0, begin) + html.slice(end), 'picture'],
    'without its policy': [html.replace(/<meta http-equiv[^>]*>/, ''), 'chart'],
    'no numbers': [other(''), /is not JSON: it is empty/],
    'half of its numbers': [other(json.slice(0, json.length / 2)), /is not JSON: it begins like JSON, and is cut or damaged/],
    'other text': [other('Please sign in'), /is not JSON: it begins with "Please sign in"/],
    'null': [other('null'), /This JSON is null, not an answer/],
    'a list': [other('[]'), /This JSON is a list, not an answer/],
    'nothing known': [other('{"a": 1}'), /it has the fields a\./],
    'numbers that are texts': [changed({ attribution: ['1'] }), /`attribution` is not a list of numbers/],
    'too few': [changed({ attribution: [1] }), /attribution/],
    'another sum': [changed({ total: [1e6] }), /✗/],
    'a part that there is not': [html.replace('<logit-attribution', '<logit-attribution selected="L99H99"'), 'chart'],
    'others that are none': [changed({ also: [1, null, 'x'] }), /also/],
  };
  const context = await browser.newContext({ offline: true });
  for (const [what, [html, shows]] of Object.entries(pages)) {
    const file = info.outputPath('damaged.html');
    await writeFile(file, html);
    const page = await context.newPage();
    const raw: string[] = [];
    page.on('pageerror', (error) => raw.push(String(error)));
    await page.goto(pathToFileURL(file).href);
    if (shows === 'chart') await expect(chart(page, /^Heads/), what).toBeVisible();
    else if (shows === 'picture') await expect(page.locator('logit-attribution > svg'), what).toBeVisible();
    else await expect(page.locator('logit-attribution'), what).toContainText(shows);
    expect(raw.filter((error) => !/^SyntaxError/.test(error)), what).toEqual([]);
    await page.close();
  }
  await context.close();
});
