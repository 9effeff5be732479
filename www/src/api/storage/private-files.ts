import { BLOCK, type Reader, type Store, type Writer } from './store.js';

const root = 'logitscope';

/** The site's private file system, a folder a model: the quickest that there is. */
export class PrivateFilesStore implements Store {
  /** It can in workers. */
  readonly writable = 'createSyncAccessHandle' in FileSystemFileHandle.prototype;

  private constructor(private readonly folders: FileSystemDirectoryHandle) {}

  /** None where the browser lacks it; rejects where it is blocked. */
  static async open(): Promise<PrivateFilesStore | undefined> {
    // WebKitGTK has half of it.
    const whole: unknown[] = [navigator.storage?.getDirectory, globalThis.FileSystemDirectoryHandle?.prototype.getFileHandle];
    if (whole.includes(undefined)) return undefined;
    return new PrivateFilesStore(await (await navigator.storage.getDirectory()).getDirectoryHandle(root, { create: true }));
  }

  async list(): Promise<string[]> {
    const urls: string[] = [];
    for await (const [name, { kind }] of this.folders.entries()) if (kind === 'directory') urls.push(decodeURIComponent(name));
    return urls;
  }

  async size(url: string): Promise<number> {
    let bytes = 0;
    for await (const file of (await this.#folder(url)).values()) {
      if (file.kind === 'file') bytes += (await file.getFile()).size;
    }
    return bytes;
  }

  async create(url: string, name: string): Promise<Writer> {
    const handle = await (await this.#folder(url, true)).getFileHandle(name, { create: true });
    const file = await handle.createSyncAccessHandle();
    file.truncate(0);
    let at = 0;
    return {
      async write(block) {
        for (let done = 0; done < block.byteLength; ) {
          const written = file.write(block.subarray(done), { at });
          if (written === 0) throw new DOMException('', 'QuotaExceededError');
          done += written;
          at += written;
        }
      },
      close: () => file.close(),
    };
  }

  async open(url: string, name: string): Promise<Reader> {
    const handle = await (await this.#folder(url)).getFileHandle(name);
    const file = await forReading(handle);
    // One for all: room that is new takes as long as the reading.
    const block = new Uint8Array(Math.min(BLOCK, file?.getSize() ?? 0));
    return {
      async read(index) {
        const at = index * BLOCK;
        if (!file) return new Uint8Array(await (await handle.getFile()).slice(at, at + BLOCK).arrayBuffer());
        return block.subarray(0, file.read(block, { at }));
      },
      close: () => file?.close(),
    };
  }

  async remove(url: string): Promise<void> {
    for (let tries = 20; ; tries -= 1) {
      try {
        return await this.folders.removeEntry(encodeURIComponent(url), { recursive: true });
      } catch (error) {
        const name = error instanceof DOMException && error.name;
        if (name === 'NotFoundError') return;
        // A file stays locked for a moment after the worker that wrote it was ended.
        if (name !== 'NoModificationAllowedError' || tries === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  #folder(url: string, create = false): Promise<FileSystemDirectoryHandle> {
    return this.folders.getDirectoryHandle(encodeURIComponent(url), { create });
  }
}

/** Reads several times as fast as a file's own stream. None on the main thread, and where another tab has the only one. */
async function forReading(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle | undefined> {
  const create: ((options: { mode: string }) => Promise<FileSystemSyncAccessHandle>) | undefined = handle.createSyncAccessHandle;
  // Of those that only read, browsers that know the mode grant any number.
  return create?.call(handle, { mode: 'read-only' }).catch(() => undefined);
}
