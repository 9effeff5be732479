import type { Page } from '@playwright/test';
import { expect, quiet, resize, test, type Logitscope } from './test';

const IOI = new URLSearchParams({ prompt: 'When Mary and John went to the store, John gave a drink to', answer: ' Mary', incorrect: ' John' });

/** Each view, what says that it is there, and what its charts are called where they are saved. */
const VIEWS: { name: string; hash: string; ready: (page: Page) => Promise<void>; saved: string; says: RegExp }[] = [
  { name: 'who', hash: `${IOI}&unit=head`, ready: () => Promise.resolve(), saved: 'Heads', says: /“When Mary .* to” Why ·Mary rather than ·John\?.*The parts add up: \+15\.850 =/ },
  { name: 'when', hash: `${IOI}&unit=head&view=when`, ready: (page) => expect(page.locator('lens-view .said')).toContainText('·Mary is'), saved: 'Lens', says: /“When Mary .* to” .*logit lens.*·Mary is first the likeliest/ },
  {
    name: 'what if',
    hash: `${IOI}&unit=head&view=what-if`,
    ready: (page) => expect(page.getByRole('button', { name: /^Download Direct against total as SVG/ })).toBeVisible(),
    saved: 'Direct against total',
    says: /“When Mary .* to” Why ·Mary rather than ·John\?.*with nothing in its place, at every token/,
  },
  {
    name: 'always',
    hash: 'view=always&set=preset:who-gets-the-drink',
    ready: async (page) => {
      await expect(page.locator('set-panel')).toContainText('The parts add up in every prompt', { timeout: 60_000 });
      await expect(page.locator('set-bar progress')).toHaveCount(0, { timeout: 60_000 });
    },
    saved: 'Heads',
    says: /Who gets the drink\?.*Over 100 prompts.*The parts add up in every prompt/,
  },
];

async function open({ page, server }: Logitscope, { hash, name, ready }: (typeof VIEWS)[number]): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${server.page}#${hash}`);
  if (name === 'who') await expect(page.locator('answer-charts .charts')).toHaveAttribute('aria-busy', 'false');
  await ready(page);
  await quiet(page);
}

for (const view of VIEWS) {
  test(`pictures and paper say what they show and where it is from: ${view.name}`, async ({ blank: scope, page }) => {
    await open(scope, view);
    const { bytes } = await scope.download('SVG', view.saved);
    const caption = await page.evaluate((svg) => {
      const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return [...documentElement.querySelectorAll('text')].map(({ textContent }) => textContent?.trim()).join(' ');
    }, bytes.toString());
    expect(caption).toMatch(view.says);
    expect(caption).toContain('Model: bundled model.');
    expect(caption.replaceAll(' ', '')).toContain(page.url());

    await resize(page, { width: 718, height: 1040 });
    await page.emulateMedia({ media: 'print' });
    const line = page.locator('printed-line');
    await expect(line).toContainText(page.url());
    await expect(line).toContainText(/Model: Logitscope’s bundled model\. The parts add up/);
    await expect(page.locator('main').getByRole('button', { name: /^Download|^Generate|^Swap|^Clear/ })).toHaveCount(0);
    // Cut on no sheet.
    const beyond = () =>
      page.locator('main canvas:visible').evaluateAll((all) => {
        const boxes = all.map((canvas) => canvas.getBoundingClientRect());
        return boxes.filter(({ left, right, height }) => left < 0 || right > 718 || height >= 1040).length;
      });
    await expect.poll(beyond).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(718);
  });
}

test('a view is cited by a line and as BibTeX, each a click away from being copied', async ({ scope, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await scope.prompt.fill('100% of {them} & John_Mary\\n went to');
  await scope.answered();
  await page.getByRole('button', { name: 'Cite' }).click();
  const menu = page.getByRole('dialog', { name: 'Cite this view' });
  const copied = async (name: string) => {
    await menu.getByRole('button', { name }).click();
    await expect(menu.getByRole('status')).toHaveText('Copied');
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const line = await copied('Copy the line');
  expect(line).toMatch(/^“100% of \{them\} & John_Mary\\n went to” Why .*\? Direct logit attribution\. Model: Logitscope’s bundled model\. The parts add up: .*, to .*\. Logitscope \d+\.\d+\.\d+, \d+ \w+ \d{4}\. http/);
  expect(line).toContain(page.url());
  const bibtex = await copied('Copy BibTeX');
  expect(bibtex).toContain('100\\% of \\{them\\} \\& John\\_Mary\\textbackslash{}n went to');
  expect(bibtex).toMatch(/^@misc\{logitscope,\n {2}author {2}= \{\{Logitscope\}\},\n/);
  const [, url] = /url {5}= \{(.*)\},/.exec(bibtex) ?? [];
  expect(url).toBe(page.url());
  // Braces that are no text's are in pairs, or BibTeX reads on and on.
  const braces = bibtex.replaceAll(/\\[{}]/g, '');
  expect(braces.split('{').length).toBe(braces.split('}').length);
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
});

test('what is shown of another question than the address asks, or of a model that ended, is not cited', async ({ scope, page }) => {
  const none = page.getByText('There is no answer to cite yet.');
  const open = () => page.getByRole('button', { name: 'Cite' }).click();
  const cited = page.getByRole('region', { name: 'the line' });
  await scope.answer.fill(' nothingofthiskind');
  await expect(scope.alert).toBeVisible();
  await open();
  await expect(none).toBeVisible();
  await page.keyboard.press('Escape');
  await scope.answer.fill(' Tom');
  await scope.answered();
  await open();
  await expect(cited).toContainText('Why ·Tom rather than ·John?');
  await expect(cited).toContainText('answer=+Tom');
  await page.keyboard.press('Escape');

  // Prompts of one's own are in no link; before they are asked there is nothing.
  await page.getByRole('tab', { name: 'Always?' }).click();
  await open();
  await expect(none).toBeVisible();
  await page.keyboard.press('Escape');
  const braces = { name: '{my} 100% of_them & \\n }.csv', mimeType: 'text/csv', buffer: Buffer.from('prompt,answer\nThe capital city of Italy is, Rome\n') };
  await page.getByLabel('Open a file of prompts').setInputFiles(braces);
  await expect(page.locator('set-bar [role=status]')).toContainText('Over 1 prompt');
  await open();
  await expect(cited).toContainText(new RegExp(`Over 1 prompt: .* ${scope.server.page}$`));
  const bibtex = (await page.getByRole('region', { name: 'BibTeX' }).textContent()) ?? '';
  expect(bibtex).toContain('\\{my\\} 100\\% of\\_them \\& \\textbackslash{}n \\}.csv');
  await page.keyboard.press('Escape');

  await page.getByRole('tab', { name: 'Who wrote it' }).click();
  await page.workers()[0]?.evaluate(() => close());
  await expect(scope.modelButton).toHaveAccessibleName('Model: none');
  await open();
  await expect(none).toBeVisible();
});
