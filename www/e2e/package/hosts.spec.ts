import type { Page } from '@playwright/test';
import type { FileServer } from '../server';
import { answer, build, expect, right, test } from './fixtures';

const relaxed = (threads = 1) => right({ simd: 'relaxed-simd', threads });

/** A page that finds the package on another origin, as on a CDN, and asks. */
function article(server: FileServer, then = 'document.querySelector("output").textContent = await ask()'): string {
  const cdn = `${server.elsewhere}/package/`;
  return server.article(`<!doctype html>
    <title>An article</title>
    <output></output>
    <script type="importmap" nonce="once">{ "imports": { "logitscope": "${cdn}logitscope.js" } }</script>
    <script type="module" nonce="once">
      import { Logitscope } from 'logitscope';
      import { ask } from '/embed/ask.js';
      ${then};
    </script>`);
}

async function violations(page: Page): Promise<string[]> {
  const told: string[] = [];
  await page.exposeFunction('violates', (what: string) => told.push(what));
  await page.addInitScript(() => {
    const { violates } = globalThis as unknown as { violates: (what: string) => void };
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => violates(`${effectiveDirective}: ${blockedURI}`));
  });
  return told;
}

test('a plain page imports it from another origin, and has several models at a time', async ({ page, server }) => {
  const two = 'document.querySelector("output").textContent = `[${await Promise.all([ask(), ask()])}]`';
  expect(JSON.parse(await answer(page, server, article(server, two)))).toEqual([relaxed(), relaxed()]);
});

test.describe('on a page that is isolated', () => {
  test.use({ isolates: true });

  test('it computes on several threads, from another origin', async ({ page, server }) => {
    const told = JSON.parse(await answer(page, server, article(server))) as unknown;
    expect(told).toEqual(relaxed(await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency))));
  });
});

test.describe('bundled by esbuild, which copies no files', () => {
  test.beforeAll(() => build('esbuild'));

  test('the option assets says where they are', async ({ page, server }) => {
    const url = `${server.origin}/embed/esbuild/index.html`;
    expect(JSON.parse(await answer(page, server, url, { assets: '/package' }))).toEqual(relaxed());
    expect(await answer(page, server, url, { assets: '/nowhere' })).toMatch(
      /^DownloadError: assets: \S+\/nowhere\/(charts|model-relaxed)\.wasm could not be fetched \(404\)\. That folder has to have/,
    );
  });

  const strict = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types logitscope";

  test.describe("under a policy that has workers of the page's own origin alone", () => {
    test.use({ policy: `${strict}; worker-src 'self'` });

    test('the option workerUrl is asked for, and does', async ({ page, server }) => {
      const url = `${server.origin}/embed/esbuild/index.html`;
      expect(await answer(page, server, url, { assets: '/package' })).toMatch(/^UnsupportedError: .*worker-src blob:.*workerUrl/);
      const violated = await violations(page);
      expect(JSON.parse(await answer(page, server, url, { assets: '/package', workerUrl: '/package/worker.js' }))).toEqual(relaxed());
      expect(violated).toEqual([]);
      expect(await answer(page, server, url, { assets: '/package', workerUrl: '/nowhere.js' })).toMatch(/^UnsupportedError: workerUrl: .*\/nowhere\.js\. /);
    });
  });

  test.describe('under a strict policy', () => {
    test.use({ policy: `${strict}; worker-src blob:` });

    test('the copy that comes with the script is enough', async ({ page, server }) => {
      const told = JSON.parse(await answer(page, server, `${server.origin}/embed/esbuild/index.html`)) as { notices: string[] };
      expect(told).toEqual(right({ simd: 'simd128', threads: 1 }, told.notices));
      expect(told.notices).toHaveLength(1);
    });
  });
});

test.describe('under a strict policy', () => {
  const cdn = 'http://localhost:*';
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-once' 'self' ${cdn} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `connect-src 'self' ${cdn}`,
    "require-trusted-types-for 'script'",
    'trusted-types logitscope',
  ];
  test.use({ policy: policy.join('; ') });

  test('a page imports it from another origin', async ({ page, server }) => {
    const violated = await violations(page);
    expect(JSON.parse(await answer(page, server, article(server)))).toEqual(relaxed());
    expect(violated).toEqual([]);
  });
});
