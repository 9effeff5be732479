import { fileUrl } from '../download.js';
import type { Reader, Store, Writer } from './store.js';

const prefix = 'logitscope-model ';

/** Cache Storage, a cache a model and an entry a block: for browsers that have no private files, such as WebKitGTK. */
export class CacheStorageStore implements Store {
  readonly writable = true;

  /** None where the browser lacks it; rejects where it is blocked. */
  static async open(): Promise<CacheStorageStore | undefined> {
    if (!globalThis.caches) return undefined;
    await caches.keys();
    return new CacheStorageStore();
  }

  async list(): Promise<string[]> {
    return (await caches.keys()).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }

  async size(url: string): Promise<number> {
    const blocks = await (await caches.open(prefix + url)).matchAll();
    return blocks.reduce((bytes, { headers }) => bytes + Number(headers.get('content-length')), 0);
  }

  async create(url: string, name: string): Promise<Writer> {
    const cache = await caches.open(prefix + url);
    let index = 0;
    return {
      async write(block) {
        const headers = { 'content-length': String(block.byteLength) };
        await cache.put(blockUrl(url, name, index), new Response(block, { headers }));
        index += 1;
      },
      close: () => {},
    };
  }

  async open(url: string, name: string): Promise<Reader> {
    const block = (index: number) => caches.match(blockUrl(url, name, index), { cacheName: prefix + url });
    if (!(await block(0))) throw new DOMException(`${name} is not kept`, 'NotFoundError');
    return {
      async read(index) {
        const response = await block(index);
        return response ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
      },
      close: () => {},
    };
  }

  async remove(url: string): Promise<void> {
    await caches.delete(prefix + url);
  }
}

function blockUrl(folder: string, name: string, index: number): string {
  return `${fileUrl(folder, name)}?block=${index}`;
}
