import { readFileSync } from 'node:fs';
import { wrong } from './axe';
import { expect, resize, test } from './test';

const { href: heads } = new URL('../src/heads.json', import.meta.url);

test('says what a head of the bundled model is known for, and only of that model', async ({ scope, page }) => {
  const [known] = JSON.parse(readFileSync(new URL(heads), 'utf8')) as { head: string; looks: string }[];
  expect(known).toBeDefined();
  await scope.open(`#prompt=The+keys+to+the+cabinet&unit=head&selected=${known!.head}`);
  const selected = page.getByRole('region', { name: 'Selected part' });
  await expect(selected).toContainText(known!.looks);
  await scope.goTo(0);
  await expect(selected).toContainText(known!.head);
  await expect(selected).not.toContainText(known!.looks);
});

test('the model card is a page: its tables, without sideways scroll on a phone', async ({ scope, page, server }) => {
  await page.getByRole('link', { name: 'model card' }).click();
  await expect(page).toHaveURL(`${server.page}card.html`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The bundled model');
  await expect(page.getByRole('cell', { name: 'greater-than' }).first()).toBeVisible();
  await resize(page, { width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await wrong(page)).toEqual([]);
  await page.getByRole('link', { name: 'Logitscope' }).click();
  await scope.answered();
});
