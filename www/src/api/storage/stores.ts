import { CacheStorageStore } from './cache-storage.js';
import { PrivateFilesStore } from './private-files.js';
import { NoStorage } from './refusal.js';
import type { Store } from './store.js';

/**
 * What this browser has, the quickest first. Whatever is read or deleted is looked for in all of them.
 *
 * @throws {@link NoStorage} if there is nothing that can be used
 */
export async function stores(): Promise<Store[]> {
  const opaque = self.origin === 'null';
  // Without locks, one tab would delete what another has just kept.
  if (!navigator.locks) throw new NoStorage(opaque ? 'sandboxed' : isSecureContext ? 'missing' : 'insecure');
  const opened = await Promise.allSettled([PrivateFilesStore.open(), CacheStorageStore.open(), navigator.locks.query()]);
  const [files, cache, locks] = opened;
  const usable = [files, cache].flatMap((store) => (store.status === 'fulfilled' && store.value ? [store.value] : []));
  if (usable.length > 0 && locks.status === 'fulfilled') return usable;
  const refused = opened.some(({ status }) => status === 'rejected');
  throw new NoStorage(opaque ? 'sandboxed' : refused ? 'blocked' : 'missing');
}
