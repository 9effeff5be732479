import { expect, test, type Logitscope } from './test';

/** What the API says, on a page of its own, of the bundled model's heads. */
async function asked({ page, server }: Logitscope) {
  const article = await page.context().newPage();
  await article.goto(`${server.origin}/an/article`);
  const answer = await article.evaluate(
    async ({ module, model }) => {
      const { Logitscope } = (await import(module)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model, { keep: false });
      const scores = await scope.headScores();
      scope.close();
      return scores;
    },
    { module: `${server.page}logitscope.js`, model: `${server.page}models/bundled/` },
  );
  await article.close();
  return answer;
}

test('the panel says what a head scores high in, beside what it is known for', async ({ scope, page }) => {
  const scores = await asked(scope);
  const high = { induction: 0.4, previous: 0.4, duplicate: 0.4 } as const;
  const says = { induction: 'attends to the token after the last occurrence of this one (induction', previous: 'attends to the token before this one (previous token', duplicate: 'attends to the last occurrence of this token (duplicate token' };
  for (const score of ['induction', 'previous', 'duplicate'] as const) {
    const best = Math.max(...scores[score].flat());
    const layer = scores[score].findIndex((heads) => heads.includes(best));
    const label = `L${layer}H${scores[score][layer]?.indexOf(best)}`;
    await page.locator('contribution-table').getByRole('button', { name: `, ${label}` }).click();
    const line = `${says[score]} ${best.toFixed(2)})`;
    await expect(scope.selected).toContainText(`On ${scores.length} random tokens, said twice, it`);
    if (best >= high[score]) await expect(scope.selected).toContainText(line);
    else await expect(scope.selected).not.toContainText(says[score]);
  }
  // What the model's card says stays.
  await page.locator('contribution-table').getByRole('button', { name: ', L2H5' }).click();
  await expect(scope.selected).toContainText(/In this model: .*On \d+ random tokens/);
});
