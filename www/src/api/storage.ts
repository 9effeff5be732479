import { fileUrl } from './download.js';
import type { Missing, ModelFile, Source } from './source.js';

const prefix = 'logitscope:';
const manifestName = 'logitscope-manifest.json';

/** Written last, so that a model with one is complete. */
interface Manifest {
  /** Bytes by file name. */
  files: Record<string, number>;
}

/** A model kept in the browser's Cache Storage. */
export interface CachedModel {
  /** The URL of its folder, as `Logitscope.load` takes it. */
  url: string;
  /** What it takes up. */
  bytes: number;
  /** Whether it is all there. What a closed tab left behind is not; it is replaced when the model is loaded again. */
  complete: boolean;
}

/** The models kept in this browser for this site. None where the browser refuses storage. */
export async function cachedModels(): Promise<CachedModel[]> {
  try {
    const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
    return await Promise.all(names.map((name) => describe(name)));
  } catch {
    return [];
  }
}

/** Deletes a kept model. A scope that was loaded from it stays usable. */
export async function deleteCachedModel(url: string): Promise<void> {
  await caches.delete(prefix + url);
}

/** Deletes what an interrupted download left of a model. */
export async function discardIncomplete(folder: string): Promise<void> {
  try {
    if ((await caches.has(prefix + folder)) && !(await CachedSource.find(folder))) await deleteCachedModel(folder);
  } catch {
    // No storage, nothing left behind.
  }
}

async function describe(name: string): Promise<CachedModel> {
  const cache = await caches.open(name);
  const url = name.slice(prefix.length);
  const manifest = await readManifest(cache, url);
  const bytes = manifest
    ? Object.values(manifest.files)
    : (await cache.matchAll()).map((response) => Number(response.headers.get('content-length') ?? 0));
  return { url, bytes: bytes.reduce((sum, n) => sum + n, 0), complete: manifest !== undefined };
}

async function readManifest(cache: Cache, folder: string): Promise<Manifest | undefined> {
  return (await cache.match(fileUrl(folder, manifestName)))?.json();
}

/** A model kept earlier. */
export class CachedSource implements Source {
  readonly fromCache = true;

  private constructor(
    private readonly folder: string,
    private readonly cache: Cache,
    private readonly manifest: Manifest,
  ) {}

  /** The kept model of a folder, if it is complete. */
  static async find(folder: string): Promise<CachedSource | undefined> {
    try {
      if (!(await caches.has(prefix + folder))) return undefined;
      const cache = await caches.open(prefix + folder);
      const manifest = await readManifest(cache, folder);
      return manifest && new CachedSource(folder, cache, manifest);
    } catch {
      return undefined;
    }
  }

  async open(name: string): Promise<ModelFile | Missing> {
    const bytes = this.manifest.files[name];
    if (bytes === undefined) return { missing: `it is not among the files kept of ${this.folder}` };
    const from = "the browser's storage";
    const body = (await this.cache.match(fileUrl(this.folder, name)))?.body;
    if (!body) return { missing: `it was lost from ${from}` };
    return { from, body, announced: bytes, exact: true };
  }
}

/** Keeps the files of one model while they are downloaded. */
export class Keeper {
  /** Why the model is not kept, if it is not. */
  refused: string | undefined;
  #cache: Cache | undefined;
  readonly #files: Record<string, number> = {};

  constructor(private readonly folder: string) {}

  /** Begins anew. */
  async begin(): Promise<void> {
    await this.#try(async () => {
      if (!('caches' in globalThis)) throw new Error('this page did not come by https');
      await deleteCachedModel(this.folder);
      this.#cache = await caches.open(prefix + this.folder);
    });
  }

  /**
   * Draws all of `chunks`, and keeps them if it can. The storage sets the pace, so that nothing piles up in memory.
   *
   * @param announced - their bytes, if known
   * @throws what `chunks` throws, and nothing of the storage
   */
  async keep(
    name: string,
    chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
    announced: number | undefined,
  ): Promise<void> {
    let failure: { error: unknown } | undefined;
    let bytes = 0;
    await this.#try(async () => {
      const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      if ((announced ?? 0) > quota - usage) throw new DOMException('', 'QuotaExceededError');
      let cancelled = false;
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          async pull(controller) {
            try {
              const { done, value } = await chunks.next();
              if (cancelled) return;
              if (done) return controller.close();
              bytes += value.byteLength;
              controller.enqueue(value);
            } catch (error) {
              failure = { error };
              throw error;
            }
          },
          cancel() {
            cancelled = true;
          },
        },
        { highWaterMark: 0 },
      );
      const headers = announced === undefined ? undefined : { 'content-length': String(announced) };
      await this.#cache?.put(fileUrl(this.folder, name), new Response(body, { headers }));
      this.#files[name] = bytes;
    });
    if (failure) throw failure.error;
    // Whatever the storage did not draw.
    for await (const _ of chunks);
  }

  /** Marks the model as complete. */
  async end(): Promise<void> {
    await this.#try(async () => {
      const manifest: Manifest = { files: this.#files };
      await this.#cache?.put(fileUrl(this.folder, manifestName), new Response(JSON.stringify(manifest)));
    });
  }

  async #try(store: () => Promise<void>): Promise<void> {
    if (this.refused !== undefined) return;
    try {
      await store();
    } catch (error) {
      const quota = error instanceof DOMException && error.name === 'QuotaExceededError';
      const why = quota ? 'there is not enough room' : error instanceof Error ? error.message : String(error);
      this.refused = `The browser's storage refused to keep this model (${why}); it will be downloaded again next time.`;
      this.#cache = undefined;
      await deleteCachedModel(this.folder).catch(() => {});
    }
  }
}
