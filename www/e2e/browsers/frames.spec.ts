import { BROWSERS } from './tab';
import { expect, test } from './test';

for (const browser of BROWSERS) {
  test.describe(browser, () => {
    test.use({ browserUnderTest: browser });

    test('the API works in a frame that is sandboxed', async ({ visitor, server }) => {
      const script = `
        import { Logitscope } from '${server.page}logitscope.js';
        const ask = async () => {
          const scope = await Logitscope.load('${server.model('tiny-a')}');
          const { labels } = await (await scope.run([1, 5, 9])).attribute({ answer: 7, unit: 'head' });
          return labels.length + ' parts. ' + scope.notKept;
        };
        parent.postMessage(await ask().catch(String), '*');`;
      const page = `<!doctype html><output></output>
        <script>onmessage = ({ data }) => (document.querySelector('output').textContent = data)</script>
        <iframe sandbox="allow-scripts" srcdoc="${`<script type='module'>${script}</script>`.replaceAll('"', '&quot;')}"></iframe>`;
      await visitor.tab.open(server.article(page));
      const told = () => visitor.tab.evaluate(() => document.querySelector('output')?.textContent ?? '');
      await expect.poll(told).toMatch(/^\d+ parts\. This model is not kept in the browser: /);
    });
  });
}
