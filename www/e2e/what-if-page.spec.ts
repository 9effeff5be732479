import type { Page } from '@playwright/test';
import type { Effects, Patching } from '../src/api/logitscope';
import presets from '../src/presets.json' with { type: 'json' };
import { wrong } from './axe';
import { randomModel } from './checkpoint';
import { expect, test, type Logitscope } from './test';

const PROMPT = 'When Mary and John went to the store, John gave a drink to';
const CORRUPTED = 'When Mary and John went to the store, Mary gave a drink to';
const ASKED = { answer: ' Mary', incorrect: ' John' };
const hash = (more: string) => `#${new URLSearchParams({ prompt: PROMPT, ...ASKED, unit: 'head', view: 'what-if' })}${more}`;

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const bar = (page: Page, name: string) => page.locator('removal-bar').getByRole('button', { name, exact: true });

/** Opens what if, and waits for all total effects. */
async function whatIf({ page }: Logitscope): Promise<void> {
  await tab(page, 'What if').click();
  await known(page);
}

async function known(page: Page): Promise<void> {
  await expect(page.locator('contribution-table')).toContainText(/L\dH\d/);
  await expect(page.locator('removal-bar progress')).toHaveCount(0);
  await expect(page.locator('removal-bar [role=status]')).not.toBeEmpty();
}

/** Opens a link to both sentences. */
async function compare({ page, server }: Logitscope, more = ''): Promise<void> {
  await page.goto('about:blank');
  await page.goto(server.page + hash(`&corrupted=${encodeURIComponent(CORRUPTED)}${more}`));
  await expect(page.locator('site-bar')).toBeVisible();
}

/** What the API says in the tab of the test. */
function effects({ page, server }: Logitscope, asked: { unit: 'head' | 'component'; ablation: 'zero' | 'mean'; positions: number[] | null }): Promise<Effects> {
  return page.evaluate(
    async ({ module, model, prompt, asked }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const effects = await (await scope.run(prompt)).effects(asked);
      scope.close();
      return effects;
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt: PROMPT, asked: { ...ASKED, ...asked } },
  );
}

/** The numbers that the page has, by its JSON download. */
const shown = async (scope: Logitscope) => (await scope.numbers()) as unknown as { unit: string; effects: Effects };

/** As the table prints a number. */
const printed = (value: number) =>
  new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(value).replace('-', '−');

test('what is lost without each part is what the API says, by whatever stands in its place', async ({ scope, page }) => {
  await whatIf(scope);
  const zero = await effects(scope, { unit: 'head', ablation: 'zero', positions: null });
  expect((await shown(scope)).effects).toEqual(zero);
  const row = (label: string) => page.locator('contribution-table tbody tr').filter({ has: page.getByRole('button', { name: `, ${label}` }) });
  const i = zero.labels.indexOf('L2H5');
  for (const value of [zero.direct[i], zero.effect[i], zero.after[i]]) await expect(row('L2H5')).toContainText(printed(value ?? NaN));

  await bar(page, 'its mean').click();
  await expect(bar(page, 'its mean')).toHaveAttribute('aria-pressed', 'true');
  await known(page);
  const mean = await effects(scope, { unit: 'head', ablation: 'mean', positions: null });
  await expect.poll(async () => (await shown(scope)).effects).toEqual(mean);
  expect(mean.effect).not.toEqual(zero.effect);

  await bar(page, '·to alone').click();
  await scope.unit('Components').click();
  const last = await effects(scope, { unit: 'component', ablation: 'mean', positions: [14] });
  await expect.poll(async () => (await shown(scope)).effects).toEqual(last);
  const csv = (await scope.download('CSV')).bytes.toString();
  expect(csv).toContain('with its mean in its place, at ·to alone');
  expect(csv).toContain('label,position,attribution,effect,after');
  expect((await scope.download('SVG')).bytes.toString()).toContain('without it');
});

test('who steps in adds up to what is lost, and is asked of the part that is selected', async ({ scope, page }) => {
  await page.getByRole('link', { name: 'L2H5' }).first().click();
  await scope.selected.getByRole('button', { name: 'What if it were not there?' }).click();
  await known(page);
  await expect(tab(page, 'What if')).toHaveAttribute('aria-selected', 'true');
  const zero = await effects(scope, { unit: 'head', ablation: 'zero', positions: null });
  const total = zero.effect[zero.labels.indexOf('L2H5')] ?? NaN;
  await expect(scope.selected).toContainText(`Total effect nothing in its place, at every token${printed(total)}`);
  await expect(scope.selected.locator('.identity')).toHaveText(new RegExp(`✓ They add up to ${printed(-total).replace('.', '\\.')}, the change, to \\d\\.\\de−\\d+\\.`));
  // Another of the parts leads on, and back in who wrote it what is lost is known.
  await scope.selected.locator('part-effects tbody button').first().click();
  await expect(scope.selected.getByRole('heading').first()).not.toContainText('head 5 in layer 2');
  await tab(page, 'Who wrote it').click();
  await page.getByRole('link', { name: 'L2H5' }).first().click();
  await expect(scope.selected).toContainText(`Without it: ${printed(-total)} (nothing in its place, at every token)`);
});

test('the work says how far it is, can be stopped, and goes on', async ({ blank: scope, page, server }) => {
  const slow = server.make('slow', randomModel({ n_layer: 8, n_head: 8, n_embd: 256, n_positions: 256, vocab_size: 100 }));
  const ids = Array.from({ length: 240 }, (_, i) => (i * 7) % 100).join(', ');
  await page.goto(`${server.page}#${new URLSearchParams({ model: slow, prompt: ids })}`);
  await scope.accept();
  await tab(page, 'What if').click();
  const work = page.locator('removal-bar .work');
  await expect(work).toContainText(/\d+%, \d+ s left/);
  await work.getByRole('button', { name: 'Stop' }).click();
  await expect(work).toContainText('Stopped.');
  await work.getByRole('button', { name: 'Go on' }).click();
  await expect(work.getByRole('progressbar')).toBeVisible();
  // What is there by then is shown, and another question is answered in between.
  await expect(page.locator('contribution-table tbody')).toContainText(/L\dH\d\s*[+−][\d.]+\s*[+−][\d.]+/);
  await page.getByRole('button', { name: /^Explain / }).nth(2).click();
  await expect(scope.answer).not.toHaveValue('');
  await expect(page.locator('what-if-charts .charts')).toHaveAttribute('aria-busy', 'false');
  await expect(work.getByRole('progressbar')).toBeVisible();
});

test('a point of the scatter is a part of the other charts', async ({ scope, page }) => {
  await whatIf(scope);
  const scatter = page.getByRole('application', { name: /^Direct against total/ });
  await scatter.focus();
  await page.keyboard.press('End');
  await expect(scope.selected.locator('part-effects')).toBeVisible();
  const first = await scope.selected.getByRole('heading').first().textContent();
  await page.keyboard.press('Home');
  await expect(scope.selected.getByRole('heading').first()).not.toHaveText(first ?? '');
  await page.keyboard.press('Escape');
  await expect(scope.selected).toContainText('Select a part');
});

test('a link brings the view back, and Back leaves it', async ({ scope, page }) => {
  await whatIf(scope);
  await bar(page, 'its mean').click();
  await expect.poll(() => new URL(page.url()).hash).toMatch(/view=what-if&ablation=mean/);
  await page.reload();
  await known(page);
  await expect(bar(page, 'its mean')).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(bar(page, 'nothing')).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(tab(page, 'Who wrote it')).toHaveAttribute('aria-selected', 'true');
  await expect(scope.chart('Running sum')).toBeVisible();
});

test('help leads to what if', async ({ scope, page }) => {
  await expect(scope.chart('Running sum')).toBeVisible();
  await page.getByRole('button', { name: 'Help' }).click();
  await page.locator('help-section').getByRole('button', { name: 'What if it were not there?' }).click();
  await known(page);
  await expect(tab(page, 'What if')).toBeInViewport();
});

test('along a way in, what is lost is said to be of the whole question', async ({ scope, page }) => {
  await scope.open(`${hash('&path=L3H4%4013')}`);
  const said = page.locator('answer-section .outside');
  await expect(said).toContainText('of the whole question, ·Mary − ·John');
  await said.getByRole('button', { name: 'Back to the whole question' }).click();
  await known(page);
  await expect(said).toHaveCount(0);
});

test('two sentences of as many tokens are patched, as the API says', async ({ scope, page, server }) => {
  await whatIf(scope);
  await page.getByRole('button', { name: /compare with another sentence/ }).click();
  await expect(page.getByRole('textbox', { name: /^Second sentence/ })).toHaveValue(CORRUPTED);
  for (const [name, site] of [['residual stream', 'resid_pre'], ['head output', 'z']] as const) {
    await page.locator('site-bar').getByRole('button', { name, exact: true }).click();
    const api = await page.evaluate(
      async ({ module, model, prompt, corrupted, asked, site }) => {
        const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
        const scope = await Logitscope.load(model, { keep: false });
        const patching = await (await scope.run(prompt)).patch(await scope.run(corrupted), { ...asked, site });
        scope.close();
        return patching;
      },
      { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt: PROMPT, corrupted: CORRUPTED, asked: ASKED, site },
    );
    await expect.poll(async () => ((await scope.numbers()) as unknown as Patching).logit).toEqual(api.logit);
  }
  const grid = page.locator('patch-figure').getByRole('application');
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('patch-panel .line')).toContainText('L0H0: with the first sentence’s output there');
  await expect.poll(() => new URL(page.url()).hash).toContain('site=z');
  // Gone into: who writes what the second sentence says with this in it.
  await page.locator('patch-panel tbody button').first().click();
  await page.locator('patch-panel').getByRole('button', { name: 'go in' }).click();
  await expect(page.locator('patch-section nav strong')).toHaveText('second sentence with head output of L3H2 from the first');
  const logit = await page.evaluate(
    async ({ module, model, prompt, corrupted, asked }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const run = await (await scope.run(prompt)).patched(await scope.run(corrupted), { site: 'z', at: [3, 2] });
      const { logit } = await run.attribute({ ...asked, unit: 'head' });
      scope.close();
      return logit;
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt: PROMPT, corrupted: CORRUPTED, asked: ASKED },
  );
  await expect.poll(async () => (await scope.numbers()).logit).toEqual(logit);
  // What is gone into is in the link and the history.
  await expect.poll(() => new URL(page.url()).hash).toContain('&cell=3%2C2&inside=1');
  await page.reload();
  await expect(page.locator('patch-section nav strong')).toHaveText('second sentence with head output of L3H2 from the first');
  await expect.poll(async () => (await scope.numbers()).logit).toEqual(logit);
  await page.keyboard.press('Escape');
  await expect(page.locator('patch-figure')).toBeVisible();
  await page.goBack();
  await expect(page.locator('patch-section nav strong')).toBeVisible();
  await page.goForward();
  await expect(page.locator('patch-panel .line')).toContainText('L3H2: with the first sentence’s output there');
  await page.getByRole('button', { name: 'Without the second' }).click();
  await known(page);
});

test('heads are patched by token too, of each layer the chosen one', async ({ blank: scope, page }) => {
  await compare(scope, '&site=z_by_position&head=5&cell=2%2C10');
  await expect(page.locator('patch-panel .line')).toContainText(/L2H5 at ·John .*: with the first sentence’s output there/);
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  const patching = (await scope.numbers()) as unknown as Patching;
  expect(patching.shape).toEqual([4, 15, 8]);
  const place = (layer: number, token: number, head: number) => patching.logit[(layer * 15 + token) * 8 + head] ?? NaN;
  const csv = (await scope.download('CSV')).bytes.toString();
  expect(csv).toContain(`\n2,10,"L2H5 at ·John`);
  const [, , , logit] = /^2,10,("[^"]*"),([^,]*),/m.exec(csv)?.[0].split(',') ?? [];
  expect(Number(logit)).toBeCloseTo(place(2, 10, 5), 9);
  await page.getByRole('combobox', { name: 'Which head of each layer' }).selectOption('head 3');
  await expect(page.locator('patch-panel .line')).toContainText(/L2H3 at ·John .*: with the first sentence’s output there/);
  await expect.poll(() => new URL(page.url()).hash).toContain('head=3');
});

test('who wrote either sentence’s answer stands side by side with the difference, on one scale', async ({ blank: scope, page, server }) => {
  await compare(scope);
  await page.locator('site-bar').getByRole('button', { name: 'who wrote it' }).click();
  await expect(page.locator('compared-view answer-charts')).toHaveCount(3);
  await expect(page.locator('compared-view').getByRole('application')).toHaveCount(6);
  await expect.poll(() => new URL(page.url()).hash).toContain('site=parts');
  const api = await page.evaluate(
    async ({ module, model, prompt, corrupted, asked }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const [clean, other] = [await scope.run(prompt), await scope.run(corrupted)];
      const ask = { ...asked, unit: 'head' } as const;
      const plain = ({ attribution, logit }: { attribution: Float64Array; logit: number[] }) => ({ attribution: [...attribution], logit });
      const all = { clean: plain(await clean.attribute(ask)), corrupted: plain(await other.attribute(ask)), difference: plain(await clean.difference(other, ask)) };
      scope.close();
      return all;
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, prompt: PROMPT, corrupted: CORRUPTED, asked: ASKED },
  );
  await expect.poll(() => scope.numbers()).toMatchObject(api);
  api.difference.attribution.forEach((value, i) => expect(value).toBe((api.clean.attribution[i] ?? NaN) - (api.corrupted.attribution[i] ?? NaN)));
  for (const side of ['clean', 'corrupted', 'difference'] as const) {
    const name = { clean: 'first sentence', corrupted: 'second sentence', difference: 'first − second' }[side];
    await expect(page.getByRole('region', { name, exact: true })).toContainText(printed(api[side].logit[0] ?? NaN));
  }
  await expect(page.locator('compared-panel identity-badge')).toContainText('✓ The parts add up');
  // One scale: the same legend in all three.
  const svg = (await scope.download('SVG')).bytes.toString();
  const legends = [...svg.matchAll(/>\s*([+−][\d.]+ logits)\s*</g)].map(([, limit]) => limit);
  expect(legends).toHaveLength(3);
  expect(new Set(legends).size).toBe(1);
  expect(svg).toContain('first − second');
});

test('two sentences of unequal length are refused in words, with their tokens', async ({ blank: scope, page }) => {
  await page.goto(scope.server.page + hash(`&corrupted=${encodeURIComponent('When Mary and John went to store, Mary gave a drink to')}`));
  await expect(scope.alert).toContainText('The first sentence has 15 tokens, this one 14.');
  await expect(scope.alert).toContainText('They first differ at token 7: ·the in one, ·store in the other.');
  await expect(page.locator('corrupted-editor .differs')).toHaveText(['·the', '·store']);
  await page.getByRole('textbox', { name: /^Second sentence/ }).fill(CORRUPTED);
  await expect(scope.alert).toHaveCount(0);
  await expect(page.locator('patch-figure')).toBeVisible();
});

test('each preset has a second sentence of as many tokens that calls for another answer', async ({ page, server }) => {
  await page.goto(`${server.origin}/an/article`);
  const given = { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/`, presets };
  const found = await page.evaluate(async ({ module, model, presets }) => {
    const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
    const scope = await Logitscope.load(model, { keep: false });
    const found = [];
    for (const { name, prompt, corrupted, answer, incorrect } of presets as { name: string; prompt: string; corrupted: string; answer: string; incorrect?: string }[]) {
      const [clean, other] = [await scope.run(prompt), await scope.run(corrupted)];
      const logit = async (run: typeof clean) => (await run.attribute({ answer, incorrect, unit: 'component' })).logit[0] ?? NaN;
      found.push({ name, lengths: [clean.tokens.length, other.tokens.length], fall: (await logit(clean)) - (await logit(other)) });
    }
    return found;
  }, given);
  for (const { name, lengths, fall } of found) {
    expect(lengths[0], name).toBe(lengths[1]);
    expect(fall, name).toBeGreaterThan(1);
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });


    test('axe finds nothing wrong with what if', async ({ scope, page }) => {
      // Axe takes half a minute of a page like this.
      test.slow();
      await whatIf(scope);
      expect(await wrong(page, colorScheme)).toEqual([]);
      await page.getByRole('link', { name: 'L2H5' }).first().click();
      await expect(scope.selected.locator('.identity')).toBeVisible();
      expect(await wrong(page, colorScheme), 'with a part').toEqual([]);
      await page.getByRole('button', { name: /compare with another sentence/ }).click();
      await expect(page.locator('patch-figure')).toBeVisible();
      expect(await wrong(page, colorScheme), 'with a second sentence').toEqual([]);
      await page.getByRole('textbox', { name: /^Second sentence/ }).fill('When Mary went');
      await expect(scope.alert).toBeVisible();
      expect(await wrong(page, colorScheme), 'of unequal length').toEqual([]);
    });

    test('axe finds nothing wrong with two sentences side by side', async ({ scope, page }) => {
      // Axe takes half a minute of a page like this.
      test.slow();
      await compare(scope, '&site=parts&selected=L3H4');
      await expect(page.locator('compared-panel table')).toBeVisible();
      expect(await wrong(page, colorScheme)).toEqual([]);
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('nothing scrolls sideways, and what is touched is large enough', async ({ scope, page }) => {
    const fits = async () => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      const targets = page.locator('answer-section').locator('button:visible, select:visible');
      const small = await targets.evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height <= 43.5).map(({ outerHTML }) => outerHTML.slice(0, 120)));
      expect(small).toEqual([]);
    };
    await whatIf(scope);
    await fits();
    const scatter = page.getByRole('application', { name: /^Direct against total/ });
    const { width = 0, height = 0 } = (await scatter.boundingBox()) ?? {};
    expect(Math.min(width, height)).toBeGreaterThan(300);
    await page.locator('contribution-table').getByRole('button', { name: ', L2H5' }).tap();
    await expect(scope.selected.locator('.identity')).toBeVisible();
    await fits();
    await page.getByRole('button', { name: /compare with another sentence/ }).tap();
    await expect(page.locator('patch-figure')).toBeVisible();
    await fits();
  });
});
