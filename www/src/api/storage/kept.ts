import { LogitscopeError } from '../errors.js';
import type { Missing, ModelFile, ModelFiles } from '../files.js';
import { atCommit, isCommit, readHubFolder } from '../hub.js';
import { checksums } from './checksum.js';
import { alone } from './locks.js';
import { bytesOf, readManifest, type KeptFile, type Manifest } from './manifest.js';
import type { Reader, Store } from './store.js';
import { stores } from './stores.js';

/** A model kept in the browser's storage for this site: its private files, or, where there are none, its Cache Storage. */
export interface KeptModel {
  /** The URL of its folder, as `Logitscope.load` takes it. */
  url: string;
  /** What it takes up. */
  bytes: number;
  /** Whether it is all there. What a closed tab left behind is not; it is replaced when the model is loaded again. */
  complete: boolean;
  /** The hub's commit that it is of, if it came from there. */
  revision?: string;
}

/** The models kept in this browser for this site. None where the browser refuses storage. */
export async function keptModels(): Promise<KeptModel[]> {
  const models: KeptModel[] = [];
  for (const store of await available()) {
    for (const url of await listed(store)) {
      const manifest = await readManifest(store, url);
      const revision = manifest?.revision;
      // It may be deleted as it is looked at; and of caches, private windows of WebKit keep the names alone.
      const bytes = manifest ? bytesOf(manifest) : await store.size(url).catch(() => 0);
      if (bytes > 0) models.push({ url, bytes, complete: manifest !== undefined, ...(revision && { revision }) });
    }
  }
  return models;
}

/** Whether a folder's model is the kept one: it is of that folder, or of the commit on the hub that the folder's URL names. */
export function isSameModel({ url, revision }: KeptModel, folder: string): boolean {
  return url === folder || (revision !== undefined && atCommit(url, revision) === folder);
}

/**
 * Deletes a kept model. A scope that was loaded from it stays usable.
 *
 * @throws {@link LogitscopeError} `StorageError` while it is downloaded or read, in whichever tab
 */
export async function deleteKeptModel(url: string): Promise<void> {
  try {
    await removeIf(url, () => true);
  } catch (error) {
    const inUse = error instanceof DOMException && error.name === 'TimeoutError';
    const why = inUse
      ? 'it is being downloaded or read, here or in another tab. Cancel that, or wait for it, and try again.'
      : "the browser's storage failed. Close other tabs with this page, and try again.";
    throw new LogitscopeError('StorageError', `${url} could not be deleted from the browser's storage: ${why}`, { cause: error });
  }
}

/** Deletes what an interrupted download left of a model. */
export async function discardIncomplete(url: string): Promise<void> {
  for (const store of await available()) if (await readManifest(store, url)) return;
  // Looked for once the worker that made it is no more: it may have been about to. If another tab is at it, it is not left behind.
  await removeIf(url, (manifest) => !manifest).catch(() => {});
}

/** Deletes a model whose manifest, read when nobody else is at it, is to be deleted. */
export async function removeIf(url: string, isToGo: (manifest: Manifest | undefined) => boolean): Promise<void> {
  const all = await available();
  if (all.length === 0) return;
  await alone(url, async () => {
    for (const store of all) if (isToGo(await readManifest(store, url))) await store.remove(url);
  });
}

/** None while the browser refuses to tell. */
function listed(store: Store): Promise<string[]> {
  return store.list().catch(() => []);
}

/** Where something can be kept, if anywhere. */
function available(): Promise<Store[]> {
  return stores().catch(() => []);
}

/** A model kept earlier. */
export class KeptFiles implements ModelFiles {
  readonly kept = true;

  private constructor(
    private readonly url: string,
    private readonly store: Store,
    private readonly manifest: Manifest,
    private readonly sum: (block: Uint8Array<ArrayBuffer>) => string,
  ) {}

  /** That of this copy. */
  get id(): string {
    return this.manifest.id;
  }

  get revision(): string | undefined {
    return this.manifest.revision;
  }

  /** What is kept by a folder's URL, if it is complete. */
  static async of(url: string): Promise<KeptFiles | undefined> {
    for (const store of await available()) {
      const manifest = await readManifest(store, url);
      if (manifest) return new KeptFiles(url, store, manifest, await checksums());
    }
    return undefined;
  }

  /** The URL by which a folder's model is kept, if it is: a commit on the hub may be kept by the name of its branch. */
  static async locate(folder: string): Promise<string> {
    if (!isCommit(readHubFolder(folder)?.revision)) return folder;
    const same = (await keptModels()).filter((kept) => kept.complete && isSameModel(kept, folder));
    return same.find(({ url }) => url === folder)?.url ?? same[0]?.url ?? folder;
  }

  async open(name: string): Promise<ModelFile | Missing> {
    const file = this.manifest.files[name];
    if (file === undefined) return { missing: `it is not among the files kept of ${this.url}` };
    try {
      const body = this.#read(name, file, await this.store.open(this.url, name));
      return { from: "the browser's storage", body, announced: file.bytes, exact: true };
    } catch {
      throw damaged(name);
    }
  }

  /** A file's bytes, each block of which is what was written. */
  #read(name: string, { sums }: KeptFile, reader: Reader): ReadableStream<Uint8Array<ArrayBuffer>> {
    let index = 0;
    return new ReadableStream(
      {
        pull: async (controller) => {
          if (index === sums.length) {
            reader.close();
            return controller.close();
          }
          const block = await reader.read(index).catch(() => undefined);
          if (block && this.sum(block) === sums[index]) {
            index += 1;
            return controller.enqueue(block);
          }
          reader.close();
          controller.error(damaged(name));
        },
        cancel: () => reader.close(),
      },
      { highWaterMark: 0 },
    );
  }
}

function damaged(name: string): LogitscopeError {
  return new LogitscopeError('StorageError', `${name} is not what was downloaded`);
}
