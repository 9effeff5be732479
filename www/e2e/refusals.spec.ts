import type { Page } from '@playwright/test';
import type { FileServer } from './server';
import { expect, test } from './test';

/** Loads tiny-a from a server that answers so; gives what became of it. */
async function load(page: Page, server: FileServer) {
  await page.goto(`${server.origin}/an/article`);
  return page.evaluate(
    async ({ api, url }) => {
      const { Logitscope, deleteKeptModel, keptModels } = (await import(api)) as typeof import('../src/api/logitscope');
      const outcome = await Logitscope.load(url).then(
        (scope) => ({ hasTokenizer: scope.hasTokenizer }),
        ({ name, message }: Error) => ({ refused: `${name}: ${message}` }),
      );
      const kept = (await keptModels()).length;
      await deleteKeptModel(url);
      return { ...outcome, kept };
    },
    { api: `${server.page}logitscope.js`, url: server.model('tiny-a') },
  );
}

const page200 = { status: 200, contentType: 'text/html', body: '<!doctype html><title>Sign in</title>' };
const answers: [string, { status: number; contentType?: string; body?: string }][] = [
  ['401', { status: 401 }],
  ['403', { status: 403 }],
  ['a web page', page200],
  ['a web page under another name', { ...page200, contentType: 'application/json' }],
];

test('on a server that answers with 401, 403 or a web page for whatever is not there, a model without tokenizer.json loads', async ({ page, server, context }) => {
  for (const [what, answer] of answers) {
    let asked = 0;
    await context.unrouteAll();
    await context.route(/tiny-a\/(?!config\.json$|model\.safetensors$)[^/]*$/, (route) => {
      asked += 1;
      return route.fulfill(answer);
    });
    expect(await load(page, server), what).toEqual({ hasTokenizer: false, kept: 1 });
    expect(asked, what).toBeGreaterThanOrEqual(2);
  }
});

for (const [what, contentType] of [['a web page', 'text/html'], ['a web page that is called WebAssembly', 'application/wasm']]) {
  test(`where a new version took the modules away and the server answers with ${what}, the page says to reload`, async ({ page, server, context }) => {
    await context.route(/\.wasm$/, (route) => route.fulfill({ status: 200, contentType, body: '<!doctype html><title>Logitscope</title>' }));
    expect(await load(page, server)).toMatchObject({ refused: expect.stringMatching(/^DownloadError: \S+\.wasm could not be fetched.*updated.*reload the page/) as unknown });
  });
}
