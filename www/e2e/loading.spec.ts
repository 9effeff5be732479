import type { JSHandle, Page } from '@playwright/test';
import type { ServerResponse } from 'node:http';
import { beginning } from './checkpoint';
import type { FileServer } from './server';
import { expect, test } from './test';
import { beforeWorkers } from './workers';

type Api = typeof import('../src/api/logitscope');
type Progress = import('../src/api/logitscope').Progress;

/** What became of a load. */
interface Outcome {
  name?: string;
  message?: string;
  notKept?: string;
  last?: Progress;
  /** The models that are kept after it. */
  kept: { url: string; bytes: number; complete: boolean }[];
}

/** The API, imported by a page that is not Logitscope's. */
async function article(page: Page, server: FileServer): Promise<JSHandle<Api>> {
  server.faults.clear();
  await page.goto(`${server.origin}/an/article`);
  return page.evaluateHandle<Api>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
}

function load(api: JSHandle<Api>, model: string): Promise<Outcome> {
  return api.evaluate(async ({ Logitscope, LogitscopeError, keptModels }, model) => {
    let last: Progress | undefined;
    const onProgress = (progress: Progress) => (last = (globalThis as { progress?: Progress }).progress = progress);
    try {
      const scope = await Logitscope.load(model, { onProgress });
      await scope.run([1, 5, 9]);
      scope.close();
      return { notKept: scope.notKept, last, kept: await keptModels() };
    } catch (error) {
      if (!(error instanceof LogitscopeError)) throw error;
      return { name: error.name, message: error.message, kept: await keptModels() };
    }
  }, model);
}

test('a model is kept, loads without the network, is listed with its size, and can be deleted', async ({ page, server }) => {
  const api = await article(page, server);
  const model = server.model('tiny-a');
  const first = await load(api, model);
  const total = first.last?.total ?? 0;
  expect(total).toBeGreaterThan(72_168);
  expect(first.last).toEqual({ file: 'model.safetensors', loaded: total, total, fromCache: false });
  expect(first.kept).toEqual([{ url: model, bytes: total, complete: true }]);
  expect(first.notKept).toBeUndefined();

  server.requests.length = 0;
  expect((await load(api, model)).last).toEqual({ ...first.last, fromCache: true });
  expect(server.requests.filter((path) => path.startsWith('/models/'))).toEqual([]);

  await api.evaluate(({ deleteKeptModel }, model) => deleteKeptModel(model), model);
  expect(await api.evaluate(({ keptModels }) => keptModels())).toEqual([]);
  expect((await load(api, model)).last?.fromCache).toBe(false);
});

test('a kept model that was damaged is fetched again', async ({ page, server }) => {
  const api = await article(page, server);
  const model = server.model('tiny-a');
  await load(api, model);
  await page.evaluate(async (model) => {
    const models = await (await navigator.storage.getDirectory()).getDirectoryHandle('logitscope');
    const folder = await models.getDirectoryHandle(encodeURIComponent(model));
    const file = await (await folder.getFileHandle('model.safetensors')).createWritable();
    await file.write('short');
    await file.close();
  }, model);
  const mended = await load(api, model);
  expect(mended.last?.fromCache).toBe(false);
  expect((await load(api, model)).last?.fromCache).toBe(true);
});

test('a device that is offline is explained', async ({ page, server, context }) => {
  const api = await article(page, server);
  const kept = server.model('tiny-a');
  await load(api, kept);
  const other = server.model('tiny-b').replace(server.origin, server.elsewhere);
  await context.setOffline(true);
  expect((await load(api, other)).message).toContain('offline');
  expect((await load(api, kept)).last?.fromCache).toBe(true);
});

test('a model that is larger than a tab’s memory is refused before its weights are fetched', async ({ page, server, context }) => {
  const api = await article(page, server);
  await context.route(/tiny-a\/config\.json$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), n_layer: 2_000_000 } });
  });
  const refused = await load(api, server.model('tiny-a'));
  expect(refused).toMatchObject({ name: 'MemoryError', kept: [] });
});

test('GPT-2 XL is taken as float16, and refused as float32 by the header of its weights, before they are fetched', async ({ page, server }) => {
  const api = await article(page, server);
  const shape = { n_layer: 48, n_head: 25, n_embd: 1600, n_positions: 1024, vocab_size: 50_257 };
  const config = (more: object) => ({ 'config.json': Buffer.from(JSON.stringify({ model_type: 'gpt2', ...shape, ...more })) });
  /** Sends so much of the header, and no weights, which are announced; cuts the connection once that has come, if it is to be cut. */
  const refused = async (dtype: 'F16' | 'F32', share: number, cut: boolean) => {
    const { head, bytes } = beginning(shape, dtype);
    const model = server.make('xl', { ...config({ torch_dtype: 'float32' }), 'model.safetensors': head });
    const sent = head.subarray(0, share * head.length);
    const sending = new Promise<ServerResponse>((resolve) => {
      server.faults.set('xl/model.safetensors', (response) => {
        response.writeHead(200, { 'content-length': head.length + bytes }).write(sent);
        resolve(response);
      });
    });
    const loading = load(api, model);
    const response = await sending;
    if (cut) {
      const loaded = () => page.evaluate(() => (globalThis as { progress?: Progress }).progress?.loaded);
      await expect.poll(loaded).toBeGreaterThanOrEqual(sent.length);
    } else {
      await loading;
    }
    response.destroy();
    const { name, message } = await loading;
    return `${name}: ${message}`;
  };
  expect(await refused('F16', 0.9, true)).toMatch(/^DownloadError: model\.safetensors: the connection was cut after [\d,]{6} of 3,115,\d{3},\d{3} bytes/);
  expect(await refused('F32', 1, false)).toMatch(/^MemoryError: /);
  const epsilon = await load(api, server.make('epsilon', config({ layer_norm_epsilon: 1e-46 })));
  expect(epsilon).toMatchObject({ name: 'ConfigError', message: expect.stringContaining('layer_norm_epsilon is 1e-46') as unknown });
});

test('a model of 3.7 GB takes hardly more than its weights, and answers', async ({ page, server }) => {
  test.setTimeout(180_000);
  const api = await article(page, server);
  const shape = { n_layer: 57, n_head: 25, n_embd: 1600, n_positions: 1024, vocab_size: 50_257 };
  const { head, bytes } = beginning(shape, 'F16');
  expect(bytes).toBeGreaterThan(3.65e9);
  const model = server.make('huge', { 'config.json': Buffer.from(JSON.stringify({ model_type: 'gpt2', ...shape })), 'model.safetensors': head });
  // Numbers from 0.0005 to 0.008 of either sign, again and again.
  const values = Buffer.from(Uint16Array.from({ length: 1 << 21 }, (_, i) => ((i * 40_503) & 0x8fff) + 0x1000).buffer);
  server.faults.set('huge/model.safetensors', (response) => {
    response.writeHead(200, { 'content-length': head.length + bytes }).write(head);
    let left = bytes;
    const send = () => {
      while (left > 0) {
        const part = values.subarray(0, Math.min(left, values.length));
        left -= part.length;
        if (!response.write(part)) return void response.once('drain', send);
      }
      response.end();
    };
    send();
  });
  const told = await api.evaluate(async ({ Logitscope }, model) => {
    const scope = await Logitscope.load(model, { keep: false });
    const loaded = await scope.memory();
    const run = await scope.run([1, 5, 9]);
    const { exact } = await run.attribute({ answer: 7, incorrect: 50_000, unit: 'component' });
    scope.close();
    return { loaded, exact };
  }, model);
  expect(told.exact).toBe(true);
  expect(told.loaded / bytes).toBeLessThan(1.03);
});

test('where storage is refused, a model loads all the same, and says so', async ({ page, server, context }) => {
  const api = await article(page, server);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize: 20_000 });
  const loaded = await load(api, server.model('tiny-a'));
  expect(loaded.name).toBeUndefined();
  expect(loaded.notKept).toContain('not enough room');
  expect(loaded.kept).toEqual([]);
});

test('where storage fills up in the middle of a file, the model loads all the same, and nothing is left of it', async ({ page, server }) => {
  await beforeWorkers(
    page,
    `const file = FileSystemSyncAccessHandle.prototype;
     const { write } = file;
     let room = 10_000;
     file.write = function (bytes, at) {
       if (room === 0) throw new DOMException('', 'QuotaExceededError');
       const part = bytes.subarray(0, room);
       room -= part.byteLength;
       return write.call(this, part, at);
     };`,
  );
  const api = await article(page, server);
  const loaded = await load(api, server.model('tiny-a'));
  expect(loaded.name).toBeUndefined();
  expect(loaded.notKept).toContain('not enough room');
  expect(loaded.kept).toEqual([]);
});

test('a load is cancelled, a question superseded, a model closed: nothing hangs', async ({ page, server }) => {
  const api = await article(page, server);
  const model = server.model('tiny-a');
  server.faults.set('model.safetensors', 'stall');
  const cancelled = await api.evaluate(async ({ Logitscope, keptModels }, model) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('never mind')), 500);
    const error = await Logitscope.load(model, { signal: controller.signal }).catch((error: unknown) => error);
    return { message: (error as Error).message, kept: await keptModels() };
  }, model);
  expect(cancelled).toEqual({ message: 'never mind', kept: [] });

  server.faults.clear();
  const settled = await api.evaluate(async ({ Logitscope }, model) => {
    const scope = await Logitscope.load(model);
    const run = await scope.run([1, 5, 9]);
    const old = new AbortController();
    const asked = [
      run.attribute({ answer: 7, unit: 'head' }),
      run.attribute({ answer: 7, unit: 'head' }, { signal: old.signal }),
      run.attribute({ answer: 96.5, unit: 'head' }),
      run.predictions(-1, 3),
    ];
    old.abort();
    const first = await Promise.allSettled(asked);
    const pending = scope.run([1, 2, 3]);
    scope.close();
    const second = await Promise.allSettled([pending, run.predictions()]);
    const name = (reason: unknown) => (reason as Error).name;
    return [...first, ...second].map((result) => (result.status === 'fulfilled' ? 'answered' : name(result.reason)));
  }, model);
  expect(settled).toEqual(['answered', 'AbortError', 'AnswerError', 'answered', 'ClosedError', 'ClosedError']);
});
