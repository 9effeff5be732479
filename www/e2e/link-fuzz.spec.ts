import type { Page } from '@playwright/test';
import { bundled, path } from '../bundling';
import { LESSONS } from './course';
import { expect, test } from './test';

/** Links with all that they may have. */
const LINKS = [
  'prompt=When+Mary+and+John&answer=+Mary&incorrect=+John&incorrect=+Tom&path=L3H4%4013%2Cscore%3AL2H5%4010%3Aquery&unit=component&selected=L2H5&position=14&generated=284%2C318',
  'prompt=The+capital&answer=%23284&contrast=log-probability&view=when&shade=entropy&cell=3%2C7&bos=0',
  'prompt=%F0%9F%92%A1&view=what-if&ablation=mean&at=last&corrupted=When+John&site=z_by_position&head=3&cell=2%2C9&inside=1&model=openai-community%2Fgpt2%40607a30d',
  'model=bundled%401000&view=always&set=preset%3Awho-gets-the-drink&unit=layer&embed=1',
  'model=https%3A%2F%2Fexample.org%2Fmodels%2Fa%2F&path=neuron%3AL3N17%2CL3H4%405',
];

const PIECES = ['&', '=', '%', '%00', '%ff', '%ED%A0%80', ',', '@', ':', '#', '..', '//', '__proto__', 'constructor', '-1', '1e99', '4294967296', '9'.repeat(25), '\u202e', '\u0000', ' ', '<b>', '$&'];

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
test.setTimeout(60_000 + 2 * INPUTS);

/** Gives a function of the page's inputs that are made of some texts, and returns those that it says are wrong, with why. */
async function wrong(page: Page, root: string, module: string, check: 'link' | 'lesson', texts: readonly string[], inputs: number): Promise<string[]> {
  const code = await bundled(path(module), 'es');
  await page.route('**/under-test.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }));
  await page.goto(`${root}/an/article`);
  return page.evaluate(
    async ({ check, texts, pieces, inputs, seed }) => {
      type Links = typeof import('../src/state/link');
      type Lessons = typeof import('../src/lessons/read');
      const own = (await import(/* @vite-ignore */ new URL('/under-test.js', location.href).href)) as Links & Lessons;
      // mulberry32, by Tommy Ettinger.
      const below = (n: number) => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) % n;
      };
      const any = (of: readonly string[]) => of[below(of.length)] ?? '';
      /** One text of several, cut, doubled, mixed with another and with what texts do not have. */
      const mutated = () => {
        let text = any(texts);
        for (let changes = 1 + below(6); changes > 0; changes--) {
          const [from = 0, to = 0] = [below(text.length + 1), below(text.length + 1)].sort((a, b) => a - b);
          const piece = [any(pieces), text.slice(from, to), any(texts).slice(-1 - below(200)), ''][below(4)];
          text = text.slice(0, from) + piece + text.slice(below(2) ? from : to);
        }
        return text.slice(0, 20_000);
      };
      const checks = {
        link(text: string) {
          const again = (link: ReturnType<Links['parseLink']>) => link && own.formatLink(link.source, link.question, link.view);
          const first = again(own.parseLink(text));
          const second = first && again(own.parseLink(first));
          return first === second ? '' : `is ${first} and then ${second}`;
        },
        lesson(text: string) {
          try {
            return own.readLesson(text).steps.length > 0 ? '' : 'has no steps';
          } catch (error) {
            const { message } = error as Error;
            return /^(line \d+|it )/i.test(message) && !/undefined|\[object|NaN/.test(message) ? '' : `says ${message}`;
          }
        },
      };
      const found: string[] = [];
      for (let i = 0; i < inputs && found.length < 5; i++) {
        const text = mutated();
        let what;
        try {
          what = checks[check](text);
        } catch (error) {
          what = `breaks: ${error}`;
        }
        if (what) found.push(`${JSON.stringify(text)} ${what}`);
      }
      if (Object.keys(Object.prototype).length) found.push('Object.prototype was written to');
      return found;
    },
    { check, texts, pieces: PIECES, inputs, seed },
  );
}

test('whatever a link is, it is read, and what it says can be linked to', async ({ page, server }) => {
  expect(await wrong(page, server.origin, 'src/state/link.ts', 'link', LINKS, INPUTS), `FUZZ_SEED=${seed}`).toEqual([]);
});

test('whatever a lesson’s file is, it is read, or what is wrong with it is said', async ({ page, server }) => {
  const texts = LESSONS.map(({ lesson }) => JSON.stringify(lesson, undefined, 1));
  expect(await wrong(page, server.origin, 'src/lessons/read.ts', 'lesson', texts, INPUTS / 20), `FUZZ_SEED=${seed}`).toEqual([]);
});
