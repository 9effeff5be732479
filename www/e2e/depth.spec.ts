import { wrong } from './axe';
import { expect, test, type Logitscope } from './test';

/** The numbers on the page, and the way to them. */
interface Inside {
  path?: string[];
  explain?: string;
}

const inside = async (scope: Logitscope) => (await scope.numbers()) as Awaited<ReturnType<Logitscope['numbers']>> & Inside;
const value = ({ labels, attribution }: { labels: string[]; attribution: number[] }, label: string) => attribution[labels.indexOf(label)] ?? NaN;
const sum = (numbers: number[]) => numbers.reduce((all, x) => all + x, 0);

test.describe('from the question to the token that a head of an earlier layer read', () => {
  test('each level adds up to the share of the one before', async ({ scope, page }) => {
    // Axe takes half a minute of a page like this.
    test.slow();
    const way = page.getByRole('navigation', { name: 'The way in' });
    await expect(way).toHaveCount(0);
    const outside = await inside(scope);

    // What L3H4 takes from " drink", which is nearly all of it.
    await page.getByRole('button', { name: /, L3H4$/ }).click();
    await expect(scope.selected).toContainText('·drink');
    await scope.selected.getByRole('button', { name: /^Go in: what L3H4 reads at .?·drink/ }).click();
    await expect(way).toContainText('·Mary − ·John');
    await expect(way).toContainText('L3H4 at ·drink');
    await scope.answered();
    const first = await inside(scope);
    expect(first.path).toEqual(['L3H4@13']);
    expect(sum(first.attribution)).toBeCloseTo(first.logit[0]!, 5);
    expect(first.bias).toEqual([0]);
    // All but a thousandth of the head's share comes from there.
    expect(Math.abs(first.logit[0]! - value(outside, 'L3H4'))).toBeLessThan(0.01);
    expect(first.labels).not.toContain('L3H4');
    await expect(scope.identity).toContainText('The parts add up');

    // Who had written there: L2H5, and what that read.
    await page.getByRole('button', { name: /, L2H5$/ }).click();
    await scope.selected.getByRole('button', { name: /^Go in: what L2H5 reads at .?·John/ }).first().click();
    await expect(way).toContainText('L2H5 at ·John');
    await scope.answered();
    const second = await inside(scope);
    expect(second.path).toEqual(['L3H4@13', 'L2H5@10']);
    expect(sum(second.attribution)).toBeCloseTo(second.logit[0]!, 5);
    expect(Math.abs(second.logit[0]! - value(first, 'L2H5'))).toBeLessThan(0.01);
    await expect(scope.identity).toContainText('The parts add up');
    await expect(page).toHaveURL(/path=L3H4%4013%2CL2H5%4010/);
    expect(await wrong(page)).toEqual([]);

    // A link is the whole of it.
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await scope.answered();
    await expect(way).toContainText('L2H5 at ·John');
    expect((await inside(scope)).attribution).toEqual(second.attribution);

    // Out again: by Back of the browser, by Escape, by the sentence.
    await way.getByRole('button', { name: 'L3H4 at ·drink' }).click();
    await scope.answered();
    await expect.poll(async () => (await inside(scope)).path).toEqual(['L3H4@13']);
    await page.goBack();
    await expect(way).toContainText('L2H5 at ·John');
    await scope.answered();
    await page.locator('body').press('Escape');
    await expect(way).not.toContainText('L2H5');
    await expect(scope.selected).toContainText('L2H5');
    await scope.answered();
    await page.locator('body').press('Escape');
    await page.locator('body').press('Escape');
    await expect(way).toHaveCount(0);
    await expect(scope.selected).toContainText('L3H4');
    await scope.answered();
    expect((await inside(scope)).attribution).toEqual(outside.attribution);
  });

  test('a neuron is gone into for what made it fire, and a look for why it is there', async ({ scope, page }) => {
    await scope.unit('Components').click();
    await page.getByRole('button', { name: /, 3_mlp_out$/ }).click();
    await scope.selected.getByRole('button', { name: /^Go in: what made L3N\d+ fire/ }).first().click();
    const way = page.getByRole('navigation', { name: 'The way in' });
    await expect(way).toContainText(/L3N\d+/);
    await scope.answered();
    const input = await inside(scope);
    expect(input.explain).toMatch(/^neuron:L3N\d+$/);
    expect(sum(input.attribution)).toBeCloseTo(input.logit[0]! - input.bias[0]!, 4);
    expect(input.labels.at(-1)).toBe('3_attn_out');
    await expect(scope.identity).toContainText('The parts add up');

    await page.locator('body').press('Escape');
    await expect(way).toHaveCount(0);
    await scope.answered();
    await scope.unit('Heads').click();
    await page.getByRole('button', { name: /, L3H4$/ }).click();
    await scope.selected.getByRole('button', { name: /^Why there\? Why does L3H4 look at .?·drink/ }).click();
    await expect(way).toContainText('why L3H4 looks at ·drink');
    await scope.answered();
    const score = await inside(scope);
    expect(score.explain).toBe('score:L3H4@13:key');
    await expect(page.getByText('before softmax').first()).toBeVisible();
    await expect(scope.identity).toContainText('The parts add up');

    // The same look by its other side, in place of this one; Back is the way to either.
    const side = (name: string) => page.getByRole('group', { name: /^Which side/ }).getByRole('button', { name });
    await expect(side('by what is at ·drink')).toHaveAttribute('aria-pressed', 'true');
    await side('by where it looks from, ·to').click();
    await expect(side('by where it looks from, ·to')).toHaveAttribute('aria-pressed', 'true');
    await scope.answered();
    const query = await inside(scope);
    expect(query.explain).toBe('score:L3H4@13:query');
    expect(query.logit[0]).toBeCloseTo(score.logit[0]!, 4);
    expect(query.attribution).not.toEqual(score.attribution);
    await expect(scope.identity).toContainText('The parts add up');
    await expect(page).toHaveURL(/path=score%3AL3H4%4013%3Aquery/);
    await page.goBack();
    await expect(side('by what is at ·drink')).toHaveAttribute('aria-pressed', 'true');
    await page.goBack();
    await expect(way).toHaveCount(0);
  });

  test('a look on the way in is seen from its other side with the steps before it kept', async ({ scope, page }) => {
    await page.goto(`${scope.server.page}#prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John&path=L3H4%4013%2Cscore%3AL2H5%4010%3Akey`);
    await scope.answered();
    await page.getByRole('button', { name: 'by where it looks from, ·drink' }).click();
    await expect(page).toHaveURL(/path=L3H4%4013%2Cscore%3AL2H5%4010%3Aquery/);
    await expect(page.getByRole('navigation', { name: 'The way in' })).toContainText('L3H4 at ·drink');
  });
});

test('a way in that is not there says so, and shows the question', async ({ scope, page }) => {
  await page.goto(`${scope.server.page}#prompt=The+capital+of+France+is&answer=+Paris&path=L3H99%402`);
  await scope.answered();
  await expect(page.getByText('goes in where there is no way')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'The way in' })).toHaveCount(0);
  // What is shown instead is asked anew.
  await scope.answered();
  expect((await scope.numbers()).answer.text).toBe(' Paris');
});

test('another prompt or position leaves the way in, another answer goes on with it', async ({ scope, page }) => {
  const way = page.getByRole('navigation', { name: 'The way in' });
  await page.goto(`${scope.server.page}#prompt=When+Mary+and+John+went+to+the+store%2C+John+gave+a+drink+to&answer=+Mary&incorrect=+John&path=L3H4%4013`);
  await expect(way).toBeVisible();
  await scope.answered();
  await page.getByRole('button', { name: 'Swap' }).click();
  await expect(way).toContainText('·John − ·Mary');
  await scope.answered();
  await scope.tokens.nth(12).click();
  await expect(way).toHaveCount(0);
});

test('what an example’s note says of a head can be seen', async ({ scope, page }) => {
  await page.getByRole('link', { name: 'L2H5' }).first().click();
  await expect(scope.selected).toContainText('attention head 5 in layer 2');
  await expect(scope.tokens.nth(2)).toHaveAccessibleName(/99\.\d% of its attention/);
});
