import { checksums } from './checksum.js';
import { writeManifest, type KeptFile } from './manifest.js';
import { NoStorage, refusal } from './refusal.js';
import { BLOCK, type Store, type Writer } from './store.js';
import { stores } from './stores.js';

/**
 * Keeps the files of one model while they are downloaded, for whoever holds its lock. The storage's refusal fails nothing:
 * from then on nothing is kept, and {@link Keeper.refused} says why.
 */
export class Keeper {
  /** Why the model is not kept, if it is not. */
  refused: string | undefined;
  readonly #files: Record<string, KeptFile> = {};

  private constructor(
    private readonly url: string,
    private readonly store: Store,
    private readonly sum: (block: Uint8Array<ArrayBuffer>) => string,
  ) {}

  /** Begins anew, in place of whatever there is. Rejects where nothing can be kept. */
  static async begin(url: string): Promise<Keeper> {
    const all = await stores();
    for (const store of all) await store.remove(url);
    const store = all.find(({ writable }) => writable);
    if (!store) throw new NoStorage('missing');
    return new Keeper(url, store, await checksums());
  }

  /** Opens the copy of a file, if it can be kept; `announced` are its bytes, if known. Close it, whatever happens. */
  async open(name: string, announced = 0): Promise<Copy | undefined> {
    if (this.refused !== undefined) return undefined;
    const refuse = (error: unknown) => (this.refused ??= refusal(error, announced));
    try {
      const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      if (announced > quota - usage) throw new DOMException('', 'QuotaExceededError');
      const file: KeptFile = (this.#files[name] = { bytes: 0, sums: [] });
      return new Copy(file, await this.store.create(this.url, name), this.sum, refuse);
    } catch (error) {
      refuse(error);
      return undefined;
    }
  }

  /** Marks the model as complete, or leaves nothing of it. `revision` is the hub's commit that it is of. */
  async end(revision: string | undefined): Promise<void> {
    try {
      if (this.refused === undefined) return await writeManifest(this.store, this.url, this.#files, revision);
    } catch (error) {
      this.refused = refusal(error);
    }
    await this.discard();
  }

  /** Leaves nothing. */
  async discard(): Promise<void> {
    await this.store.remove(this.url).catch(() => {});
  }
}

/** A file in the making. */
export class Copy {
  readonly #block = new Uint8Array(BLOCK);
  #filled = 0;
  #refused = false;

  /** @internal */
  constructor(
    private readonly file: KeptFile,
    private readonly writer: Writer,
    private readonly sum: (block: Uint8Array<ArrayBuffer>) => string,
    private readonly refuse: (error: unknown) => void,
  ) {}

  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let rest = chunk; rest.byteLength > 0 && !this.#refused; ) {
      const part = rest.subarray(0, BLOCK - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.byteLength;
      rest = rest.subarray(part.byteLength);
      if (this.#filled === BLOCK) await this.#flush();
    }
  }

  async close(): Promise<void> {
    // An empty file has one block, too.
    if (this.#filled > 0 || this.file.sums.length === 0) await this.#flush();
    this.writer.close();
  }

  async #flush(): Promise<void> {
    const block = this.#block.subarray(0, this.#filled);
    this.#filled = 0;
    try {
      await this.writer.write(block);
      this.file.bytes += block.byteLength;
      this.file.sums.push(this.sum(block));
    } catch (error) {
      this.#refused = true;
      this.refuse(error);
    }
  }
}
