import { BROWSERS } from './tab';
import { expect, test } from './test';

for (const browser of BROWSERS) {
  test.describe(browser, () => {
    test.use({ browserUnderTest: browser });

    test('a clicker leads from one large chart to the next', async ({ visitor }) => {
      await visitor.open();
      await visitor.tab.resize(1280, 720);
      await visitor.click('button', /^Present$/);
      for (const name of [/^Heads: what/, /^What it would say/, /^Direct against total/]) {
        const { width, height } = await visitor.find('[role=application]', name);
        expect(width * height, String(name)).toBeGreaterThan(0.45 * 1280 * 720);
        await expect.poll(async () => (await visitor.see('[role=application]')).length).toBe(1);
        await visitor.tab.key('PageDown');
      }
      await visitor.tab.key('PageUp');
      await visitor.tab.key('PageUp');
      await visitor.find('[role=application]', /^What it would say/);
      await visitor.click('button', /^Stop presenting$/);
      await visitor.find('button', /^Present$/);
      expect((await visitor.find('textarea', /^Prompt/)).value).toContain('When Mary and John');
    });
  });
}
