import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { randomModel } from './checkpoint';
import { expect, test, type Logitscope } from './test';

const ASKED = { prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John' };
const CORRUPTED = 'When Mary and John went to the store, Mary gave a drink to';

/** What takes a model more than a moment, and the numbers of it that are saved. */
const VIEWS: { name: string; of: Record<string, string>; saved: string; takes: (json: Record<string, unknown>) => unknown }[] = [
  { name: 'when', of: { view: 'when' }, saved: 'Lens', takes: ({ top, entropy }) => [top, entropy] },
  { name: 'what if', of: { view: 'what-if' }, saved: 'Heads', takes: ({ effects }) => effects },
  { name: 'two sentences', of: { view: 'what-if', corrupted: CORRUPTED, site: 'z' }, saved: 'Patching', takes: ({ logit, value, shape }) => [logit, value, shape] },
  { name: 'always', of: { view: 'always', set: 'preset:who-gets-the-drink' }, saved: 'Heads', takes: ({ n, labels, mean, sd, logit }) => [n, labels, mean, sd, logit] },
];

const linkTo = (of: Record<string, string>, model?: string) => `#${new URLSearchParams({ ...(model && { model }), ...ASKED, unit: 'head', ...of })}`;
const go = (page: Page, hash: string) => page.evaluate((hash) => (location.hash = hash), hash);

/** The numbers of a view, once nothing is on its way any more. */
async function numbers(scope: Logitscope, { saved, takes }: (typeof VIEWS)[number]): Promise<string> {
  const { page } = scope;
  const read = async () => {
    await expect(page.locator('[aria-busy=true], [data-stale], progress')).toHaveCount(0, { timeout: 30_000 });
    return JSON.stringify(takes(JSON.parse((await scope.download('JSON', saved)).bytes.toString()) as Record<string, unknown>));
  };
  await expect(page.getByRole('button', { name: `Download ${saved} as JSON` }).first()).toBeVisible({ timeout: 30_000 });
  // Between one part of the work and the next there is none for a moment.
  let [before, now] = ['', await read()];
  while (before !== now) [before, now] = [now, await page.waitForTimeout(300).then(read)];
  return now;
}

for (const view of VIEWS) {
  test(`a model that is changed again and again leaves the numbers of the last one: ${view.name}`, async ({ blank: scope, page, server }) => {
    test.slow();
    const files = randomModel({ n_layer: 3, n_head: 2, n_embd: 32, n_positions: 64, vocab_size: 2457 });
    const other = server.make('other', { ...files, 'tokenizer.json': readFileSync(new URL('../public/models/bundled/tokenizer.json', import.meta.url)) });
    await page.goto(server.page + linkTo(view.of, other));
    await scope.offer.getByRole('button', { name: 'Load it' }).click();
    await expect(scope.modelButton).toHaveAccessibleName(/other/);
    const others = await numbers(scope, view);
    await go(page, linkTo(view.of));
    await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
    const bundled = await numbers(scope, view);
    expect(bundled).not.toBe(others);

    const last = (await scope.checkpoints()).length - 1;
    const waits = [0, 400, 30, 150, 700, 5, 60];
    for (let i = 0; i < 21; i += 1) {
      if (i % 3 === 2) await go(page, linkTo(view.of, i % 2 ? other : undefined));
      else if (await scope.steps.isVisible()) await scope.steps.fill(String((i * 5) % last), { timeout: 500 }).catch(() => {});
      await page.waitForTimeout(waits[i % waits.length]!);
    }
    await go(page, linkTo(view.of, other));
    await expect(scope.modelButton).toHaveAccessibleName(/other/);
    expect(await numbers(scope, view)).toBe(others);
    await go(page, linkTo(view.of));
    await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
    expect(await numbers(scope, view)).toBe(bundled);

    // Ended in the midst of it, and loaded again.
    await go(page, linkTo({ ...view.of, bos: '0' }));
    await page.waitForTimeout(100);
    await page.workers().at(-1)!.evaluate(() => close());
    await expect(scope.alert).toContainText('bundled model stopped.');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(scope.modelButton).toHaveAccessibleName('Model: bundled model');
    await go(page, linkTo(view.of));
    expect(await numbers(scope, view)).toBe(bundled);
    await expect(scope.alert).toHaveCount(0);
  });
}
