import type { Model, ModelLoader } from '../wasm/model.js';
import { DownloadedFiles, cut, receive } from './download.js';
import { LogitscopeError, isTrap } from './errors.js';
import { ChosenFiles, type Location, type Missing, type ModelFile, type ModelFiles } from './files.js';
import { Tally, type Progress } from './progress.js';
import type { Keeper } from './storage/keeper.js';
import { keptOrDownloaded } from './storage/sharing.js';

/** A model, and what is to be known of how it came. */
export interface LoadedModel {
  model: Model;
  notices: string[];
  /** Why it is not kept, if that was asked for and refused. */
  notKept: string | undefined;
  /** The hub's commit that it is of. */
  revision: string | undefined;
}

/** What a load reads from, and who is told of every chunk. */
interface Reading {
  files: ModelFiles;
  keeper: Keeper | undefined;
  tally: Tally;
}

/** Loads a model from where it is, or from the browser's storage if it is kept there. */
export async function loadModel(
  Loader: typeof ModelLoader,
  location: Location,
  keep: boolean,
  weights: string | undefined,
  report: (progress: Progress) => void,
): Promise<LoadedModel> {
  const load = async (files: ModelFiles, keeper?: Keeper): Promise<LoadedModel> => {
    const tally = new Tally(files.kept, report);
    try {
      return await loadFrom({ files, keeper, tally }, Loader, weights);
    } finally {
      tally.stop();
    }
  };
  if ('files' in location) return load(new ChosenFiles(location.files));
  const { folder } = location;
  if (!keep) return load(new DownloadedFiles(folder, 'default'));
  const waits = () => report({ file: 'config.json', loaded: 0, total: undefined, fromCache: false, waiting: true });
  return keptOrDownloaded(folder, load, waits);
}

async function loadFrom(reading: Reading, Loader: typeof ModelLoader, weights: string | undefined): Promise<LoadedModel> {
  const { files, keeper, tally } = reading;
  const loader = new Loader(weights);
  try {
    await readSmallFiles(reading, loader);
    const { name, file } = await findWeights(reading, loader);
    const index = name.endsWith('.index.json') ? await whole(reading, name, file) : undefined;
    tally.weights = index ? indexedBytes(decode(index)) : file.announced;
    for (const part of loader.choose(name, index)) {
      const opened = part === name ? file : await files.open(part);
      if ('missing' in opened) throw notFound(part, opened);
      await readWeights(reading, part, opened, loader);
    }
  } catch (error) {
    if (!isTrap(error)) loader.free();
    throw error;
  }
  const model = loader.finish();
  await keeper?.end(files.revision);
  tally.report();
  return { model, notices: [], notKept: keeper?.refused, revision: files.revision };
}

/** Gives the loader every small file that it wants and that is there. */
async function readSmallFiles(reading: Reading, loader: ModelLoader): Promise<void> {
  let config: Missing | undefined;
  for (let names = loader.wanted(); names.length > 0; names = loader.wanted()) {
    const found = await Promise.all(names.map(async (name) => ({ name, file: await reading.files.open(name) })));
    try {
      // One after the other: where one fails, no copy of another is in the making.
      for (const { name, file } of found) {
        const isMissing = 'missing' in file;
        if (isMissing && name === 'config.json') config = file;
        loader.give(name, isMissing ? undefined : await whole(reading, name, file));
      }
    } finally {
      for (const { file } of found) if ('body' in file) file.body.cancel().catch(() => {});
    }
  }
  if (config) throw notFound('config.json', config);
}

const otherFormats =
  'Weights in other formats (.h5, .msgpack, .ckpt, .onnx, .gguf) are not read, nor is an adapter by itself: save the model as ' +
  'safetensors, with save_pretrained(). On the hub, many older models have them in a pull request, as in owner/name@refs/pr/1.';

/** The weights, or the list of their shards, whichever is there. */
async function findWeights({ files }: Reading, loader: ModelLoader): Promise<{ name: string; file: ModelFile }> {
  const names = loader.weights();
  let first: LogitscopeError | undefined;
  for (const name of names) {
    const file = await files.open(name);
    if (!('missing' in file)) return { name, file };
    first ??= notFound(name, file);
  }
  const why = first?.message ?? '';
  throw new LogitscopeError('DownloadError', names.length > 1 ? `${why} ${otherFormats}` : why);
}

/** A file of weights, fed to the loader as it comes. */
async function readWeights(reading: Reading, name: string, file: ModelFile, loader: ModelLoader): Promise<void> {
  loader.begin(name, file.exact ? file.announced : undefined);
  const bytes = await read(reading, name, file, (chunk) => {
    loader.push(chunk);
    reading.tally.add(name, chunk.byteLength, true);
  });
  try {
    loader.end();
  } catch (error) {
    throw bytes < (file.announced ?? 0) ? cut(name, file, bytes, error) : error;
  }
}

/** A small file, as a whole. */
async function whole(reading: Reading, name: string, file: ModelFile): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const length = await read(reading, name, file, (chunk) => {
    chunks.push(chunk.slice());
    reading.tally.add(name, chunk.byteLength, false);
  });
  // By hand: in a sandboxed frame WebKit cannot read a blob.
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  const isShort = bytes.byteLength < (file.announced ?? 0);
  if (isShort && !(name.endsWith('.json') && isJson(decode(bytes)))) throw cut(name, file, bytes.byteLength, undefined);
  return bytes;
}

/** Gives each chunk of a file to its reader, then to the copy that is kept; tells how many bytes there were. */
async function read(
  { keeper }: Reading,
  name: string,
  file: ModelFile,
  take: (chunk: Uint8Array<ArrayBuffer>) => void,
): Promise<number> {
  const copy = await keeper?.open(name, file.announced);
  let bytes = 0;
  try {
    for await (const chunk of receive(name, file)) {
      take(chunk);
      await copy?.write(chunk);
      bytes += chunk.byteLength;
    }
  } finally {
    await copy?.close();
  }
  return bytes;
}

function notFound(name: string, { missing }: Missing): LogitscopeError {
  return new LogitscopeError('DownloadError', `${name}: ${missing}`);
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What the index of a sharded model says of the bytes of its weights. */
function indexedBytes(index: string): number | undefined {
  try {
    const bytes: unknown = JSON.parse(index).metadata.total_size;
    return typeof bytes === 'number' ? bytes : undefined;
  } catch {
    return undefined; // Rust reads the index for good, and says what is wrong with it.
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
