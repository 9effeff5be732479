import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, heard, still } from './test';

/** What axe finds wrong with a page, by its rules, once no answer is on its way and nothing fades. What is the same page in the dark has other colours, and all else is known of it. */
export async function wrong(page: Page, scheme: 'light' | 'dark' = 'light'): Promise<[string, string[]][]> {
  await heard(page);
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await still(page);
  const axe = new AxeBuilder({ page }).options({ rules: { 'label-content-name-mismatch': { enabled: true } } });
  if (scheme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block']);
  return (await axe.analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
