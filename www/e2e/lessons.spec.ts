import { readFileSync, readdirSync } from 'node:fs';
import { compute, type Claim, type Claimed } from './claims';
import { expect, test } from './test';

interface Told {
  text: string;
  state: string;
  claims?: Claim[];
}
interface Lesson {
  title: string;
  steps: (Told & { ask?: { question: string; choices: string[]; answer: number; then: Told } })[];
  sources: { text: string; url: string }[];
}

const folder = new URL('../public/lessons/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => name.replace('.json', ''));
const lessonOf = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Lesson;

/** The numbers of a text: those with decimals, and percentages. */
const numbersIn = (text: string) => text.match(/−?\d+\.\d+%?|\d+%/g) ?? [];

/** A value, as a text has it that has this number. */
function written(value: number, like: string): string {
  const percent = like.endsWith('%');
  const decimals = /\.(\d+)/.exec(like)?.[1]?.length ?? 0;
  return (percent ? 100 * value : value).toFixed(decimals).replace('-', '−') + (percent ? '%' : '');
}

for (const name of names) {
  test(`what it says is so: ${name}`, async ({ page, server }) => {
    const { steps } = lessonOf(name);
    await page.goto(`${server.origin}/an/article`);
    const told = steps.flatMap(({ ask, ...step }) => [{ ...step, text: `${step.text} ${ask?.question ?? ''}` }, ...(ask ? [ask.then] : [])]);
    expect(steps.every(({ ask }) => !ask || ask.then.claims?.length)).toBe(true);
    const claimed: Claimed[] = told.flatMap(({ state, claims = [] }) => claims.map((claim) => ({ claim, state })));
    const values = await compute(page, server.page, claimed);
    let next = 0;
    for (const { text, claims = [] } of told) {
      const said = numbersIn(text);
      const computed = claims.map((claim) => {
        const value = values[next++];
        const what = `${JSON.stringify(claim)} is ${JSON.stringify(value)}: ${text}`;
        if (claim.is !== undefined) expect(value, what).toEqual(claim.is);
        if (claim.above !== undefined) expect(value, what).toBeGreaterThan(claim.above);
        if (claim.below !== undefined) expect(value, what).toBeLessThan(claim.below);
        const bounded = claim.is !== undefined || claim.above !== undefined || claim.below !== undefined;
        const isSaid = typeof value === 'number' && said.some((number) => written(value, number) === number);
        expect(bounded || isSaid, `neither bounded nor said: ${what}`).toBe(true);
        return value;
      });
      // And every number that is said is one of them.
      for (const number of said) {
        const found = computed.some((value) => typeof value === 'number' && written(value, number) === number);
        expect(found, `${number} is none of ${JSON.stringify(computed)}: ${text}`).toBe(true);
      }
    }
  });
}
