import { DownloadedFiles } from '../download.js';
import { LogitscopeError, isTrap } from '../errors.js';
import type { ModelFiles } from '../files.js';
import type { LoadedModel } from '../loading.js';
import { Keeper } from './keeper.js';
import { KeptFiles, removeIf } from './kept.js';
import { holding } from './locks.js';
import { refusal } from './refusal.js';
import { stores } from './stores.js';

type Load = (files: ModelFiles, keeper?: Keeper) => Promise<LoadedModel>;

/** A copy that could not be read. */
interface Damage {
  id: string;
  error: LogitscopeError;
}

/**
 * Loads a model from what is kept of it, or downloads and keeps it. Any number of tabs read a kept model at once; one
 * downloads it, while the others wait, and read what that has kept. If it keeps nothing, the next one downloads.
 *
 * @param waits - called if another tab has to be waited for
 */
export async function keptOrDownloaded(folder: string, load: Load, waits: () => void): Promise<LoadedModel> {
  try {
    await stores();
  } catch (error) {
    return { ...(await load(new DownloadedFiles(folder, 'no-store'))), notKept: refusal(error) };
  }
  let damage: Damage | undefined;
  for (;;) {
    const url = await KeptFiles.locate(folder);
    const read = await holding(url, 'shared', waits, () => readKept(url, load, damage));
    if (read && 'model' in read) return read;
    if (read) {
      damage = read;
      await removeIf(url, (manifest) => manifest?.id === read.id).catch(() => {});
    }
    const loaded = await holding(folder, 'exclusive', waits, async () => {
      const kept = await KeptFiles.of(folder);
      return kept && kept.id !== damage?.id ? undefined : download(folder, load, damage);
    });
    if (loaded) return loaded;
  }
}

/** The kept model, or that it is damaged; nothing if there is none, or the same damaged one again. */
async function readKept(url: string, load: Load, known: Damage | undefined): Promise<LoadedModel | Damage | undefined> {
  const kept = await KeptFiles.of(url);
  if (!kept || kept.id === known?.id) return undefined;
  try {
    return await load(kept);
  } catch (thrown) {
    const error = LogitscopeError.from(thrown);
    if (isTrap(thrown) || error.name === 'MemoryError') throw thrown;
    return { id: kept.id, error };
  }
}

async function download(folder: string, load: Load, damage: Damage | undefined): Promise<LoadedModel> {
  const files = new DownloadedFiles(folder, 'no-store');
  let keeper: Keeper | undefined;
  try {
    const begun = await Keeper.begin(folder).catch((error: unknown) => refusal(error));
    keeper = typeof begun === 'string' ? undefined : begun;
    const loaded = await load(files, keeper);
    const notKept = typeof begun === 'string' ? begun : loaded.notKept;
    return damage ? { ...loaded, notKept, notices: [`${what(damage)} It was downloaded again.`] } : { ...loaded, notKept };
  } catch (thrown) {
    await keeper?.discard();
    if (!damage || isTrap(thrown)) throw thrown;
    const error = LogitscopeError.from(thrown);
    throw new LogitscopeError(error.name, `${what(damage)} It has to be downloaded again, which failed. ${error.message}`, { cause: error });
  }
}

const what = ({ error }: Damage): string => `What this browser kept of this model was damaged (${error.message}).`;
