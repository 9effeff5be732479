import type { BrowserContext, JSHandle } from '@playwright/test';
import { randomModel } from './checkpoint';
import type { FileServer } from './server';
import { Logitscope, expect, test } from './test';
import { beforeWorkers } from './workers';

type Api = typeof import('../src/api/logitscope');

/** As in WebKitGTK. */
const noPrivateFiles = 'delete FileSystemDirectoryHandle.prototype.getFileHandle;';

/** More than one block. */
const files = randomModel({ n_layer: 1, n_head: 2, n_embd: 64, n_positions: 32, vocab_size: 40_000 });

/** What became of a load. */
interface Outcome {
  error?: string;
  fromCache?: boolean;
  waited: boolean;
  notices: readonly string[];
  notKept?: string;
}

for (const storage of ['private files', 'Cache Storage'] as const) {
  test.describe(`in ${storage}`, () => {
    test.beforeEach(({ server }) => {
      server.faults.clear();
      server.requests.length = 0;
    });

    /** A tab, with the API in it. */
    async function tab(context: BrowserContext, server: FileServer): Promise<JSHandle<Api>> {
      const page = await context.newPage();
      if (storage === 'Cache Storage') {
        await page.addInitScript(noPrivateFiles);
        await beforeWorkers(page, noPrivateFiles);
      }
      await page.goto(`${server.origin}/an/article`);
      return page.evaluateHandle<Api>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
    }

    test('a model is kept in blocks, loads without the network, is listed with its size, and can be deleted', async ({ context, server }) => {
      const model = server.make('blocks', files);
      const api = await tab(context, server);
      expect(await load(api, model)).toMatchObject({ fromCache: false, notKept: undefined });
      const bytes = files['config.json'].length + files['model.safetensors'].length;
      expect(await kept(api)).toEqual([{ url: model, bytes, complete: true }]);
      server.requests.length = 0;
      expect(await load(api, model)).toMatchObject({ fromCache: true, notices: [] });
      expect(server.requests.filter((path) => path.startsWith('/models/'))).toEqual([]);
      await api.evaluate(({ deleteKeptModel }, model) => deleteKeptModel(model), model);
      expect(await kept(api)).toEqual([]);
      expect(await stores(api)).toEqual([]);
    });

    test('a load that is cancelled and begun again is kept', async ({ context, server }) => {
      const model = server.model('tiny-a');
      const api = await tab(context, server);
      await api.evaluate(slowRemoval);
      for (const cancelAfter of [1, 30, 60, 100, 150, 200]) {
        const again = await api.evaluate(
          async ({ Logitscope, keptModels, deleteKeptModel }, [model, cancelAfter]) => {
            const first = new AbortController();
            const cancelled = Logitscope.load(model, { signal: first.signal }).catch(() => {});
            await new Promise((resolve) => setTimeout(resolve, cancelAfter));
            first.abort();
            (await Logitscope.load(model)).close();
            await cancelled;
            const kept = await keptModels();
            await deleteKeptModel(model);
            return kept;
          },
          [model, cancelAfter] as const,
        );
        expect(again).toMatchObject([{ url: model, complete: true }]);
      }
    });

    test('thirty loads that are cancelled, each at another moment, leave nothing', async ({ context, server }) => {
      const model = server.make('blocks', files);
      server.faults.set('blocks/model.safetensors', 'stall');
      const api = await tab(context, server);
      const outcomes = await api.evaluate(async ({ Logitscope }, model) => {
        const outcomes = new Set<string>();
        for (let i = 0; i < 30; i += 1) {
          const cancelled = Logitscope.load(model, { threads: 1, signal: AbortSignal.timeout(1 + 12 * i) });
          outcomes.add(await cancelled.then(() => 'loaded', ({ name }: Error) => name));
        }
        return [...outcomes];
      }, model);
      expect(outcomes).toEqual(['TimeoutError']);
      expect(await stores(api)).toEqual([]);
      await expect.poll(() => context.pages().flatMap((page) => page.workers()).length).toBe(0);
    });

    test('while one tab downloads a model, others wait, say so, and read what it keeps', async ({ context, server }) => {
      const model = server.model('tiny-a');
      const [first, second, third] = [await tab(context, server), await tab(context, server), await tab(context, server)];
      const gate = await hold(context, /tiny-a\/model\.safetensors$/);
      const loading = load(first, model);
      await gate.reached;
      const others = [load(first, model), load(second, model), load(second, model), load(third, model)];
      // One that is cancelled while it waits changes nothing.
      await third.evaluate(async ({ Logitscope }, model) => {
        const stop = new AbortController();
        await Logitscope.load(model, { signal: stop.signal, onProgress: ({ waiting }) => waiting && stop.abort() }).catch(() => {});
      }, model);
      await expect.poll(() => waiting(first)).toBe(others.length);
      gate.open();
      expect(await loading).toMatchObject({ fromCache: false, waited: false, notKept: undefined });
      for (const other of others) expect(await other).toMatchObject({ fromCache: true, waited: true });
      expect(server.requests.filter((path) => path === '/models/tiny-a/model.safetensors')).toHaveLength(1);
      expect(await kept(first)).toMatchObject([{ url: model, complete: true }]);
    });

    test('when the tab that downloads is closed, one that waits goes on, and keeps the model', async ({ context, server }) => {
      const model = server.model('tiny-a');
      const [first, second] = [await tab(context, server), await tab(context, server)];
      const gate = await hold(context, /tiny-a\/model\.safetensors$/);
      void load(first, model).catch(() => {});
      await gate.reached;
      const loading = load(second, model);
      await expect.poll(() => waiting(second)).toBe(1);
      gate.open();
      await context.pages()[0]?.close();
      expect(await loading).toMatchObject({ waited: true, notKept: undefined });
      expect(await kept(second)).toMatchObject([{ url: model, complete: true }]);
    });

    test('a model that another tab downloads cannot be deleted, and is kept', async ({ context, server }) => {
      const model = server.model('tiny-a');
      const [first, second] = [await tab(context, server), await tab(context, server)];
      const gate = await hold(context, /tiny-a\/model\.safetensors$/);
      const loading = load(first, model);
      await gate.reached;
      const told = await second.evaluate(({ deleteKeptModel }, model) => deleteKeptModel(model).then(String, String), model);
      expect(told).toMatch(/^StorageError: http\S+tiny-a\/ could not be deleted.* it is being downloaded or read, here or in another tab/);
      gate.open();
      expect(await loading).toMatchObject({ notKept: undefined });
      expect(await kept(second)).toMatchObject([{ url: model, complete: true }]);
      await second.evaluate(({ deleteKeptModel }, model) => deleteKeptModel(model), model);
      expect(await kept(first)).toEqual([]);
    });

    for (const [what, damage] of Object.entries({ 'zeroed in the middle': zero, 'cut off': cut })) {
      test(`a kept file that was ${what} is noticed: the model is downloaded again, or offline that is said`, async ({ context, server }) => {
        const model = server.make('blocks', files);
        const api = await tab(context, server);
        await load(api, model);
        await damage(api, storage, model);
        const mended = await load(api, model);
        expect(mended).toMatchObject({ fromCache: false, notKept: undefined });
        expect(mended.notices.join()).toMatch(/kept of this model was damaged \(model\.safetensors is not what was downloaded\)\. It was downloaded again\./);
        expect(await load(api, model)).toMatchObject({ fromCache: true, notices: [] });

        await damage(api, storage, model);
        await context.setOffline(true);
        expect((await load(api, model)).error).toMatch(/^DownloadError: What this browser kept of this model was damaged.*downloaded again, which failed\. config\.json: .*offline/);
        await context.setOffline(false);
        expect(await kept(api)).toEqual([]);
      });
    }
  });
}

test('the page says that another tab is downloading the model, and then shows it', async ({ scope, context, server }) => {
  const other = new Logitscope(await context.newPage(), server);
  await other.open();
  const gate = await hold(context, /tiny-a\/model\.safetensors$/);
  await other.load(server.model('tiny-a'));
  await gate.reached;
  await scope.load(server.model('tiny-a'));
  await expect(scope.page.getByText('waiting for another tab, which is downloading it')).toBeVisible();
  await scope.modelButton.click();
  await scope.page.getByRole('button', { name: /^Delete .*tiny-a/ }).click();
  await expect(scope.page.getByText(/tiny-a\/ could not be deleted.*being downloaded or read/)).toBeVisible();
  gate.open();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await expect(other.modelButton).toHaveAccessibleName(/tiny-a/);
});

function load(api: JSHandle<Api>, model: string): Promise<Outcome> {
  return api.evaluate(async ({ Logitscope }, model) => {
    const told = { waited: false, fromCache: undefined as boolean | undefined };
    const onProgress = ({ waiting, fromCache }: import('../src/api/logitscope').Progress) => {
      if (waiting) told.waited = true;
      else told.fromCache = fromCache;
    };
    try {
      const scope = await Logitscope.load(model, { onProgress });
      const { notices, notKept } = scope;
      scope.close();
      return { ...told, notices, notKept };
    } catch (error) {
      return { ...told, notices: [], error: String(error) };
    }
  }, model);
}

/** How many loads, in whatever tab, wait for a model that another reads or downloads. */
function waiting(api: JSHandle<Api>): Promise<number | undefined> {
  return api.evaluate(async () => (await navigator.locks.query()).pending?.filter(({ name }) => name?.startsWith('logitscope-model')).length);
}

function kept(api: JSHandle<Api>) {
  return api.evaluate(({ keptModels }) => keptModels());
}

/** A busy disk, for what the page itself deletes: what is decided before is outdated by then. */
function slowRemoval(): void {
  const late = <T extends unknown[], R>(remove: (...given: T) => Promise<R>) =>
    async function (this: unknown, ...given: T): Promise<R> {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return remove.apply(this, given);
    };
  const [files, caches] = [FileSystemDirectoryHandle.prototype, CacheStorage.prototype];
  files.removeEntry = late(files.removeEntry);
  caches.delete = late(caches.delete);
}

/** What lies in storage of either kind. */
function stores(api: JSHandle<Api>): Promise<string[]> {
  return api.evaluate(async () => {
    const folders: string[] = [];
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('logitscope', { create: true });
    for await (const name of models.keys()) folders.push(name);
    return [...folders, ...(await caches.keys())];
  });
}

/** Lets what matches reach the server only once it is opened. */
async function hold(context: BrowserContext, url: RegExp): Promise<{ reached: Promise<void>; open: () => void }> {
  let open!: () => void;
  let reach!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  await context.route(url, async (route) => {
    reach();
    await opened;
    await route.continue().catch(() => {});
  });
  return { reached, open };
}

function zero(api: JSHandle<Api>, storage: string, model: string): Promise<void> {
  return rewrite(api, storage, model, (bytes) => bytes.fill(0, 5e5, 9e5));
}

function cut(api: JSHandle<Api>, storage: string, model: string): Promise<void> {
  return rewrite(api, storage, model, (bytes) => bytes.slice(0, bytes.length - 1));
}

/** Changes what is kept of the weights: of their second block, in Cache Storage. */
function rewrite(api: JSHandle<Api>, storage: string, model: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Promise<void> {
  return api.evaluate(
    async (_, { storage, model, change }) => {
      const changed = new Function('bytes', `return (${change})(bytes)`) as (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
      if (storage === 'Cache Storage') {
        const cache = await caches.open(`logitscope-model ${model}`);
        const key = `${model}model.safetensors?block=1`;
        const block = new Uint8Array(await (await cache.match(key))!.arrayBuffer());
        return cache.put(key, new Response(changed(block)));
      }
      const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('logitscope');
      const handle = await (await models.getDirectoryHandle(encodeURIComponent(model))).getFileHandle('model.safetensors');
      const bytes = changed(new Uint8Array(await (await handle.getFile()).arrayBuffer()));
      const file = await handle.createWritable();
      await file.write(bytes);
      await file.close();
    },
    { storage, model, change: String(change) },
  );
}
