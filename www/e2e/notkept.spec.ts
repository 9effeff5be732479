import type { Page } from '@playwright/test';
import type { FileServer } from './server';
import { expect, test } from './test';
import { beforeWorkers } from './workers';

/** What is said of a model that is not kept, and what is kept all the same. */
async function load(page: Page, server: FileServer, from = server.origin): Promise<{ notKept?: string; kept: number; deleted: string }> {
  await page.goto(`${from}/an/article`);
  return page.evaluate(
    async ([api, model]) => {
      const { Logitscope, keptModels, deleteKeptModel } = (await import(api)) as typeof import('../src/api/logitscope');
      const scope = await Logitscope.load(model);
      await scope.run([1, 5, 9]);
      scope.close();
      const kept = (await keptModels()).length;
      return { notKept: scope.notKept, kept, deleted: await deleteKeptModel(model).then(() => 'deleted', String) };
    },
    [server.page.replace(server.origin, from) + 'logitscope.js', server.model('tiny-a').replace(server.origin, from)] as const,
  );
}

/** Runs in the page and in its workers, before all else. */
async function everywhere(page: Page, code: string): Promise<void> {
  await page.addInitScript(code);
  await beforeWorkers(page, code);
}

const refuse = (what: string, name: string) => `${what} = () => Promise.reject(new DOMException('Security error when calling it', '${name}'));`;
const noFiles = refuse('StorageManager.prototype.getDirectory', 'SecurityError');
const noCaches = refuse('CacheStorage.prototype.keys', 'SecurityError');

const causes: [string, string, string][] = [
  ['a private window or a setting blocks it', noFiles + noCaches, "the browser blocks this site's storage, as it does in private windows, and where cookies are blocked"],
  ['locks are refused', refuse('LockManager.prototype.query', 'SecurityError'), "the browser blocks this site's storage, as it does in private windows, and where cookies are blocked"],
  ['the browser has none', 'delete StorageManager.prototype.getDirectory; for (let o = self; o; o = Object.getPrototypeOf(o)) delete o.caches;', 'this browser has no storage that would do'],
  ['writing fails', `if (self.FileSystemSyncAccessHandle) FileSystemSyncAccessHandle.prototype.write = () => { throw new DOMException('Unknown transient error', 'UnknownError'); };`, "the browser's storage failed"],
];

for (const [what, code, why] of causes) {
  test(`a model that is not kept because ${what} says so in words`, async ({ page, server }) => {
    await everywhere(page, code);
    const loaded = await load(page, server);
    expect(loaded).toEqual({ notKept: `This model is not kept in the browser: ${why}. It will be downloaded again next time.`, kept: 0, deleted: 'deleted' });
  });
}

test('a model that is not kept for want of room says how much it needs', async ({ page, server }) => {
  await beforeWorkers(page, `StorageManager.prototype.estimate = async () => ({ quota: 1000, usage: 900 });`);
  const { notKept } = await load(page, server);
  expect(notKept).toMatch(/^This model is not kept in the browser: there is not enough room for its 1 MB\./);
});

test('a model that is not kept because its page came by http says so', async ({ page, context, server }) => {
  const insecure = 'http://example.test';
  await context.route(`${insecure}/**`, async (route) => {
    const response = await route.fetch({ url: route.request().url().replace(insecure, server.origin) });
    await route.fulfill({ response });
  });
  const { notKept } = await load(page, server, insecure);
  expect(notKept).toBe(
    'This model is not kept in the browser: this page did not come by https, and other pages are given no storage. It will be downloaded again next time.',
  );
});

test('where private files are blocked, a model is kept in Cache Storage', async ({ page, server }) => {
  await everywhere(page, noFiles);
  expect(await load(page, server)).toEqual({ notKept: undefined, kept: 1, deleted: 'deleted' });
});
