import { LESSONS, pages } from '../course';
import { BROWSERS } from './tab';
import { expect, test } from './test';

for (const browser of BROWSERS) {
  test.describe(browser, () => {
    test.use({ browserUnderTest: browser });

    test('all lessons are run from start to end by keyboard', async ({ visitor }) => {
      await visitor.open();
      const strip = async () => (await visitor.see('section', /^Lesson: /))[0]?.text ?? '';
      for (const { name, lesson } of LESSONS) {
        await visitor.tab.evaluate((hash) => void (location.hash = hash), `#lesson=${name}`);
        for (const [i, { text }] of pages(lesson).entries()) {
          if (i > 0) await visitor.tab.key('PageDown');
          await expect.poll(strip, `${lesson.title}, ${i}`).toContain(text);
        }
        await visitor.tab.key('PageUp');
        await expect.poll(strip).toContain(lesson.steps.at(-2)?.text);
        expect(await visitor.see('[role=alert]')).toEqual([]);
      }
    });
  });
}
