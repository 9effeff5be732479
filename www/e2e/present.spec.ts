import type { Page } from '@playwright/test';
import { wrong } from './axe';
import { LESSONS, pages } from './course';
import { expect, frames, resize, test, type Logitscope } from './test';

const IOI = new URLSearchParams({ prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John' });

/** A projector, the same at twice the size, and a larger one. */
const SIZES = [
  { width: 1280, height: 720 },
  { width: 640, height: 360 },
  { width: 1920, height: 1080 },
];

/** What can be shown one after the other, and the chart that is then. */
const SLIDES: [name: string, chart: RegExp][] = [
  ['Who wrote it · Running sum', /^Running sum: what/],
  ['Who wrote it · Components', /^Components: what/],
  ['Who wrote it · Heads', /^Heads: what/],
  ['When was it known', /^What it would say/],
  ['What if · Direct against total', /^Direct against total/],
  ['What if · Components', /^Components/],
  ['What if · Heads', /^Heads/],
  ['Always? · Running sum', /^Running sum: .*mean/],
  ['Always? · Components', /^Components: .*mean/],
  ['Always? · Heads', /^Heads: .*mean/],
];

const shown = (page: Page) => page.getByRole('combobox', { name: 'Chart' }).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent?.trim());
const chart = (page: Page) => page.getByRole('application');
const present = (page: Page) => page.getByRole('button', { name: 'Present', exact: true });
const stop = (page: Page) => page.getByRole('button', { name: 'Stop presenting' });
const linked = (page: Page) => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('present');

async function settled(page: Page): Promise<void> {
  await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0);
}

/** Texts and charts of which a piece is not to be seen, be it beyond the window's edge or that of what scrolls. */
async function cut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const up = (node: Node): Node | null => (node instanceof Element && node.assignedSlot) || node.parentNode || (node instanceof ShadowRoot ? node.host : null);
    const found: string[] = [];
    const look = (what: string, rects: DOMRect[], at: Element) => {
      let [left, top, right, bottom] = [0, 0, innerWidth, innerHeight];
      for (let node: Node | null = at; node; node = up(node)) {
        if (!(node instanceof Element)) continue;
        const style = getComputedStyle(node);
        if (style.clipPath !== 'none' || style.visibility === 'hidden' || node.matches('.odds, select')) return;
        if (style.overflow === 'visible' || node === document.documentElement) continue;
        const box = node.getBoundingClientRect();
        [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
      }
      for (const box of rects) {
        if (box.width > 1 && (box.left < left - 1 || box.top < top - 1 || box.right > right + 1 || box.bottom > bottom + 1)) found.push(`${what} [${[box.left, box.top, box.right, box.bottom].map(Math.round).join()}]`);
      }
    };
    const walk = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        if (element instanceof HTMLCanvasElement) look('canvas', [element.getBoundingClientRect()], element);
        for (const text of element.childNodes) {
          if (!(text instanceof Text) || !text.data.trim() || element.matches('style, option')) continue;
          const range = document.createRange();
          range.selectNodeContents(text);
          look(text.data.trim(), [...range.getClientRects()], element);
        }
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(document);
    return found;
  });
}

async function opened(scope: Logitscope, hash: string): Promise<void> {
  const { page, server } = scope;
  await page.goto(`${server.page}#${hash}`);
  await expect(stop(page)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Logitscope');
}

test('a clicker goes from chart to chart, of which none is cut at any size; what is hovered and selected is told', async ({ blank: scope, page }) => {
  test.slow();
  await opened(scope, `${IOI}&unit=layer&set=preset:who-gets-the-drink&present=1`);
  await expect(page.getByRole('textbox')).toHaveCount(0);
  for (const [i, [name, title]] of SLIDES.entries()) {
    if (i) await page.keyboard.press('PageDown');
    await expect.poll(() => shown(page)).toBe(name);
    await expect(chart(page)).toHaveCount(1);
    await expect(chart(page)).toHaveAccessibleName(title);
    for (const size of SIZES) {
      await resize(page, size);
      await settled(page);
      await expect.poll(() => cut(page), `${name} at ${size.width}`).toEqual([]);
      const area = async () => {
        const box = (await chart(page).boundingBox())!;
        return box.width * box.height;
      };
      await expect.poll(area, `${name} at ${size.width}`).toBeGreaterThan(0.45 * size.width * size.height);
    }
    await resize(page, SIZES[0]!);
    expect(await wrong(page), name).toEqual([]);
  }
  await page.keyboard.press('PageDown');
  expect(await shown(page)).toBe(SLIDES.at(-1)![0]);
  for (let i = 1; i < 8; i += 1) await page.keyboard.press('PageUp');
  await expect.poll(() => shown(page)).toBe('Who wrote it · Heads');

  const told = page.locator('.slide > .said');
  await expect(told).toContainText('says ·Mary (99.9%)');
  await settled(page);
  await frames(page);
  const box = (await chart(page).boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.59, box.y + box.height * 0.61);
  await expect(told).toContainText(/^\s*attention head \d in layer 2 L2H\d [+−]\d/);
  const hovered = await told.locator('.grey').first().textContent();
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(0, 0);
  await expect(told).toContainText(hovered!);
  expect(await told.locator('strong').evaluate((name) => name.getBoundingClientRect().height)).toBeGreaterThan(28);
  // Drawn with the screen's pixels, not enlarged.
  const crisp = () => page.locator('chart-figure canvas').evaluate((canvas: HTMLCanvasElement) => Math.abs(canvas.width - canvas.getBoundingClientRect().width) <= 2);
  await expect.poll(crisp).toBe(true);

  await chart(page).focus();
  await page.keyboard.press('ArrowUp');
  await expect(told).not.toContainText(hovered!);
  expect(await shown(page)).toBe('Who wrote it · Heads');
});

test('it begins by a key or the button, is in the link, and is left by Escape, which goes out first, by the button, or back', async ({ scope, page }) => {
  await scope.prompt.press('Control+Enter');
  await expect(stop(page)).toBeVisible();
  await expect.poll(() => linked(page)).toBe('1');
  await expect(page.getByRole('button', { name: 'Next chart' })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => shown(page)).toBe('Who wrote it · Components');
  const link = page.url();
  await stop(page).click();
  await expect(present(page)).toBeFocused();
  await expect.poll(() => linked(page)).toBe(null);
  await scope.answered();

  await page.goBack();
  await expect(stop(page)).toBeVisible();
  await page.goForward();
  await expect(present(page)).toBeVisible();

  await page.goto('about:blank');
  await page.goto(`${link}&path=L2H5@2`);
  await expect.poll(() => shown(page)).toBe('Who wrote it · Components');
  await settled(page);
  await expect(page.getByRole('navigation', { name: 'The way in' })).toBeVisible();
  await expect.poll(() => cut(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('navigation', { name: 'The way in' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.locator('.slide > .said')).toContainText('says ·Mary');
  await page.keyboard.press('Escape');
  await expect(present(page)).toBeVisible();
  await scope.answered();
});

test('lessons are led through, and each step stands whole beside its chart', async ({ scope, page }) => {
  test.setTimeout(300_000);
  const strip = page.getByRole('region', { name: /^Lesson: / });
  for (const { name, lesson } of LESSONS) {
    await opened(scope, `lesson=${name}&present=1`);
    for (const [i, { text, step }] of pages(lesson).entries()) {
      if (i) await page.keyboard.press('PageDown');
      await expect(strip).toContainText(text);
      for (const size of SIZES.slice(0, 2)) {
        await resize(page, size);
        await settled(page);
        await expect(chart(page).first()).toBeVisible();
        await expect.poll(() => cut(page), `${name} ${step} at ${size.width}`).toEqual([]);
      }
      expect(linked(page)).toBe('1');
      await expect(strip.getByText('Back to this step')).toHaveCount(0);
      await resize(page, SIZES[0]!);
    }
  }
});

test('what goes wrong while it is presented is told there, and mended there', async ({ blank: scope, page, server }) => {
  scope.expected = /Failed to load resource/;
  await page.goto(`${server.page}#${new URLSearchParams({ ...Object.fromEntries(IOI), answer: ' nothingofthiskind', present: '1' })}`);
  for (const size of SIZES.slice(0, 2)) {
    await resize(page, size);
    await expect(scope.alert).toContainText('nothingofthiskind');
    await expect.poll(() => cut(page), `a word at ${size.width}`).toEqual([]);
    expect(await wrong(page)).toEqual([]);
  }
  const other = server.model('tiny-a');
  await page.goto('about:blank');
  await page.goto(`${server.page}#${new URLSearchParams({ model: other, prompt: '1,5,9', answer: '#7', present: '1' })}`);
  for (const size of SIZES.slice(0, 2)) {
    await resize(page, size);
    await expect(scope.offer).toContainText('tiny-a');
    await expect.poll(() => cut(page), `an offer at ${size.width}`).toEqual([]);
  }
  await scope.offer.getByRole('button', { name: 'Load it' }).click();
  await expect(page.locator('.slide')).toContainText('Why #7?');
  await settled(page);
  await expect(chart(page)).toHaveCount(1);
  expect(linked(page)).toBe('1');

  await page.workers()[0]!.evaluate(() => close());
  await expect(scope.alert).toContainText('stopped');
  await expect.poll(() => cut(page), 'a model that stopped').toEqual([]);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(scope.alert).toHaveCount(0);
  await settled(page);
  await expect(chart(page)).toHaveCount(1);
  expect(linked(page)).toBe('1');
});

test('where what presents cannot be fetched, the page says so and stays as it is', async ({ scope, page }) => {
  scope.expected = /Failed to load resource|Failed to fetch/;
  await page.route(/\/present-section-[^/]*\.js$/, (route) => route.abort());
  await present(page).click();
  await expect(page.locator('.notice')).toContainText('A part of the page cannot be fetched');
  await scope.answered();
  await expect.poll(() => linked(page)).toBe(null);
  await page.unroute(/\/present-section-[^/]*\.js$/);
});

test('keys that are held down, and presenting that is begun and left again and again, lead to one thing', async ({ scope, page }) => {
  test.slow();
  const devtools = await page.context().newCDPSession(page);
  const counted = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return devtools.send('Memory.getDOMCounters');
  };
  const held = async (key: string, times: number) => {
    for (let i = 0; i < times; i += 1) await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, code: key, windowsVirtualKeyCode: key === 'PageDown' ? 34 : 33, autoRepeat: i > 0 });
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key });
  };
  /** Once all of the page is there again. */
  const whole = async () => {
    await expect(present(page)).toBeVisible();
    await scope.settled();
    await expect(scope.table.locator('tbody button').first()).toBeVisible();
    return counted();
  };
  let before = await whole();
  for (let i = 0; i < 30; i += 1) {
    await page.keyboard.press('Control+Enter');
    if (i % 3 === 0) {
      await expect(stop(page)).toBeVisible();
      await held('PageDown', 60);
      await expect.poll(() => shown(page)).toBe(SLIDES.at(-1)![0]);
      await held('PageUp', 60);
      await expect.poll(() => shown(page)).toBe(SLIDES[0]![0]);
    }
    await page.keyboard.press('Escape');
    if (i === 5) before = await whole();
  }
  const after = await whole();
  expect(linked(page)).toBe(null);
  expect(after.jsEventListeners - before.jsEventListeners).toBeLessThan(100);
  expect(after.nodes - before.nodes).toBeLessThan(500);
  expect((await scope.numbers()).answer.text).toBe(' Mary');

  // The screen that the browser takes back is no more presented on.
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => page.evaluate(() => Boolean(document.fullscreenElement))).toBe(true);
  // The page hears of it with the frame after.
  await frames(page);
  await page.evaluate(() => document.exitFullscreen());
  await expect(present(page)).toBeVisible();
});

test('a frame is not presented, and takes no files', async ({ blank: scope, page, server }) => {
  await page.goto(`${server.page}?embed=1#${IOI}`);
  await expect(page.locator('chart-figure canvas')).toHaveCount(1);
  await page.keyboard.press('Control+Enter');
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['{"format": "logitscope-lesson 1"}'], 'lesson.json'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  await page.waitForTimeout(500);
  await expect(page.locator('chart-figure canvas')).toHaveCount(1);
  expect(linked(page)).toBe(null);
  expect(scope.complaints).toEqual([]);
});
