import { BROWSERS } from './tab';
import { expect, test, type Visitor } from './test';

const FIRST = 'When Mary and John went to the store, John gave a drink to';

for (const browser of BROWSERS) {
  test.describe(browser, () => {
    test.use({ browserUnderTest: browser });

    test('opens, answers, and answers what is typed and clicked', async ({ visitor }) => {
      await visitor.open();
      expect((await visitor.find('textarea', /^Prompt/)).value).toBe(FIRST);
      expect(await visitor.identity()).toContain('The parts add up');
      await expect.poll(() => inks(visitor)).toEqual([true, true, true]);

      await visitor.fill('textarea', /^Prompt/, 'The capital of France is');
      await expect.poll(async () => (await visitor.see('button', /^Explain /))[0]?.name).toMatch(/^Explain ·Paris, \d/);
      await visitor.answered();
      expect((await visitor.see('[role=group] button', /·France/)).length).toBe(1);

      await visitor.click('button', /^Explain ·Paris/);
      await expect.poll(async () => (await visitor.find('input', /^Answer/)).value).toBe('·Paris');
      await visitor.answered();
      expect(await visitor.identity()).toContain('The parts add up');
    });

    test('a link restores the question', async ({ visitor }) => {
      await visitor.open('#prompt=The+capital+of+Italy+is&answer=+Rome&incorrect=+Paris&unit=component');
      expect((await visitor.find('textarea', /^Prompt/)).value).toBe('The capital of Italy is');
      expect((await visitor.find('input', /^Answer/)).value).toBe('·Rome');

      await visitor.fill('input', /^Incorrect/, '·Berlin');
      const address = () => visitor.tab.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('incorrect'));
      await expect.poll(address).toBe(' Berlin');
      const hash = await visitor.tab.evaluate(() => location.hash);
      await visitor.open(hash);
      expect((await visitor.find('input', /^Incorrect/)).value).toBe('·Berlin');
      expect((await visitor.find('[role=group] [aria-pressed=true]', /^(Running sum|Components|Heads)$/)).name).toBe('Components');
    });

    test('menus are as large as what is in them, within the window', async ({ visitor }) => {
      await visitor.open();
      for (const [width, height] of [[1440, 900], [390, 844], [320, 568]] as const) {
        await visitor.tab.resize(width, height);
        // Where there is little room the question is on one line.
        if (width === 390) await visitor.click('button', /^More/);
        for (const button of [/^Model:/, /^Generate…$/]) {
          await visitor.click('button', button);
          // It is placed when it has opened.
          await expect.poll(() => menuFaults(visitor), `${button} at ${width} × ${height}`).toEqual([]);
          await visitor.click('h1');
          await expect.poll(async () => (await visitor.see('[popover]')).length).toBe(0);
        }
      }
    });

    test('charts and numbers are downloaded', async ({ visitor }) => {
      await visitor.open();
      const png = await visitor.download('PNG');
      expect(png.name).toMatch(/^logitscope-.*\.png$/);
      expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
      const svg = await visitor.download('SVG');
      expect(svg.bytes.toString()).toMatch(/^<svg[^]*·Mary[^]*<\/svg>\s*$/);
      const csv = await visitor.download('CSV');
      expect(csv.bytes.toString()).toContain('\nL2H5,14,');
      const json = JSON.parse((await visitor.download('JSON')).bytes.toString()) as { attribution: number[]; total: number[] };
      expect(json.attribution.reduce((a, b) => a + b, 0)).toBeCloseTo(json.total[0] ?? NaN, 9);
    });

    test('loads a model by its address, says how it computes, and keeps it where there is room for that', async ({ visitor, server }) => {
      await visitor.open();
      await visitor.load(server.model('tiny-a'));
      await visitor.find('button', /^Model: .*tiny-a/);
      await visitor.fill('textarea', /^Prompt/, '1,5,9');
      await visitor.fill('input', /^Incorrect/, '#3');
      await visitor.fill('input', /^Answer/, '#7');
      await expect.poll(async () => visitor.see('[role=alert]')).toEqual([]);
      await visitor.answered();
      expect(await visitor.identity()).toContain('The parts add up');

      await visitor.click('button', /^Model:/);
      const { simd, threads } = await able(visitor);
      const computing = `on ${threads > 1 ? `${threads} threads` : 'one thread'} with ${simd === 'simd128' ? 'SIMD' : 'relaxed SIMD'}`;
      await expect.poll(async () => (await visitor.find('[role=dialog]', /^Models$/)).text).toContain(computing);
      expect(await visitor.see('[role=status]', /will be downloaded again/)).toEqual([]);
      // A driven WebKit keeps it too, in Cache Storage, but forgets that when the worker ends that wrote it.
      if (browser !== 'webkit') await expect.poll(() => visitor.see('button', /^Delete .*tiny-a/)).toHaveLength(1);
    });

    // No other browser can be set to these.
    if (browser === 'firefox') {
      test.describe('in a private window', () => {
        test.use({ settings: { privateWindows: true } });

        test('loads a model, and says whether it is kept', async ({ visitor, server }) => {
          await visitor.open();
          await visitor.load(server.model('tiny-a'));
          await visitor.find('button', /^Model: .*tiny-a/);
          await visitor.click('button', /^Model:/);
          const said = async () => [...(await visitor.see('button', /^Delete .*tiny-a/)), ...(await visitor.see('[role=status]', /is not kept in the browser/))];
          await expect.poll(said).toHaveLength(1);
        });
      });

      test.describe('that resists fingerprinting', () => {
        test.use({ settings: { resistFingerprinting: true } });

        test('gives the SVG for a PNG that would be noise', async ({ visitor }) => {
          await visitor.open();
          await visitor.click('button', /^Download .* as PNG$/);
          expect((await visitor.find('[role=alert]')).text).toContain('garbling all pictures');
          await visitor.click('[role=alert] button', /SVG/);
          expect((await visitor.downloaded('SVG')).bytes.toString()).toMatch(/^<svg/);
          await expect.poll(async () => (await visitor.see('[role=alert]')).length).toBe(0);
        });
      });
    }
  });
}

/** Of each chart, whether there is something on its canvas. */
function inks(visitor: Visitor): Promise<boolean[]> {
  return visitor.tab.evaluate(() => {
    const charts = document.querySelector('logitscope-page')?.shadowRoot?.querySelector('answer-section')?.shadowRoot?.querySelector('answer-charts')?.shadowRoot;
    const figures = [...(charts?.querySelectorAll('chart-figure') ?? [])];
    return figures.map((figure) => {
      const canvas = figure.shadowRoot?.querySelector('canvas');
      if (!canvas?.width) return false;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const inked = data.filter((value, i) => Math.abs(value - (data[i % 4] ?? 0)) > 16);
      return inked.length > data.length / 400;
    });
  });
}

/** What is wrong with the geometry of the menu that is open. */
async function menuFaults(visitor: Visitor): Promise<string[]> {
  return visitor.tab.evaluate(() => {
    const within = (root: Document | ShadowRoot): HTMLElement[] => [
      ...root.querySelectorAll<HTMLElement>(':popover-open'),
      ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : [])),
    ];
    const [menu, ...others] = within(document);
    if (!menu || others.length) return [menu ? 'more than one is open' : 'none is open'];
    const faults: string[] = [];
    const { clientWidth, clientHeight } = document.documentElement;
    const box = menu.getBoundingClientRect();
    if (box.left < 0 || box.top < 0 || box.right > clientWidth || box.bottom > clientHeight) faults.push('outside of the window');
    if (menu.scrollWidth > menu.clientWidth) faults.push('scrolls sideways');
    // Of whatever is in it, to the last word of text, something is seen every few lines.
    const ends = [...menu.querySelectorAll('button, input, label, span, p')].map((element) => element.getBoundingClientRect());
    ends.sort((a, b) => a.top - b.top);
    let seen = box.top;
    for (const { top, bottom } of [...ends, { top: box.bottom, bottom: box.bottom }]) {
      if (top - seen > 40) faults.push(`nothing from ${seen} to ${top}`);
      seen = Math.max(seen, bottom);
    }
    // What is squeezed has a word a line.
    for (const text of menu.querySelectorAll('label, span, p, button')) {
      const { width, height } = text.getBoundingClientRect();
      const words = (text.textContent ?? '').trim().split(/\s+/);
      if (words.length > 2 && height > 20 * (words.length - 1) && height > width) faults.push(`squeezed: ${words.join(' ')}`);
    }
    return faults;
  });
}

/** What this browser can compute with, found out by what WebAssembly is and not by what the page says. */
async function able(visitor: Visitor): Promise<{ simd: string; threads: number }> {
  return visitor.tab.evaluate(() => {
    // (func (result v128) i32.const 1; i8x16.splat; i32.const 2; i8x16.splat; i8x16.relaxed_swizzle)
    const relaxed = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11];
    const shared = typeof SharedArrayBuffer !== 'undefined' && crossOriginIsolated;
    return {
      simd: WebAssembly.validate(new Uint8Array(relaxed)) ? 'relaxed-simd' : 'simd128',
      threads: shared ? Math.min(8, navigator.hardwareConcurrency) : 1,
    };
  });
}
