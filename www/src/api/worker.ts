import { expose } from 'comlink';
import * as one from '../wasm/model.js';
import * as several from '../wasm/model-threads.js';
import type {
  AttributionData,
  Generation,
  Model,
  ModelConfig,
  ModelLoader,
  Prediction,
  Question,
  Run,
  SamplingOptions,
  Token,
} from '../wasm/model.js';
import { FolderSource, cut, htmlInstead, receive } from './download.js';
import { LogitscopeError, isTrap } from './errors.js';
import { FileSource, type Location, type Missing, type ModelFile, type Source } from './source.js';
import { CachedSource, Keeper } from './storage.js';

/** How far a load is, over all of the model's files. */
export interface Progress {
  /** The file being read. */
  file: string;
  /** Bytes read so far. */
  loaded: number;
  /** Bytes in all, as far as is known yet. */
  total: number | undefined;
  /** Whether they come from the browser's storage, without the network. */
  fromCache: boolean;
}

/** A prompt as text or as token ids. */
export type Input = string | ArrayLike<number>;

/** What is known of a model once it is loaded. */
export interface Loaded {
  config: ModelConfig;
  hasTokenizer: boolean;
  /** Why the model is not kept, if that was asked for and refused. */
  notKept: string | undefined;
}

/** Milliseconds between two reports of progress. */
const reportInterval = 100;

let wasm: typeof one | typeof several;
let memory: WebAssembly.Memory;
let model: Model;
const runs = new Map<number, Run>();
const generations = new Map<number, Generation>();
let handles = 0;

const service = {
  /** Instantiates the module, to compute on so many threads; gives the memory that they share. */
  async start(module: WebAssembly.Module, threads: number): Promise<WebAssembly.Memory | undefined> {
    if (threads === 1) {
      wasm = one;
      ({ memory } = await one.default({ module_or_path: module }));
      return undefined;
    }
    await service.enter(module, sharedMemory());
    several.openPool(threads);
    return memory;
  },

  /** Instantiates the module on the memory of another worker. */
  async enter(module: WebAssembly.Module, shared: WebAssembly.Memory): Promise<void> {
    wasm = several;
    memory = shared;
    await several.default({ module_or_path: module, memory });
  },

  /** Computes with the worker whose memory it is, for as long as this one lives. */
  compute: (): void => several.enterPool(),

  /** Loads a model, from the browser's storage if it is kept there. */
  async load(
    location: Location,
    keep: boolean,
    weights: string | undefined,
    report: (progress: Progress) => void,
  ): Promise<Loaded> {
    if ('files' in location) return loadFrom(new FileSource(location.files), undefined, weights, report);
    const { folder } = location;
    if (!keep) return loadFrom(new FolderSource(folder, 'default'), undefined, weights, report);
    const cached = await CachedSource.find(folder);
    if (cached) {
      try {
        return await loadFrom(cached, undefined, undefined, report);
      } catch (error) {
        // Storage that was damaged or emptied in part is no reason to fail: what follows replaces it.
        if (isTrap(error) || LogitscopeError.from(error).name === 'MemoryError') throw error;
      }
    }
    const keeper = new Keeper(folder);
    await keeper.begin();
    return loadFrom(new FolderSource(folder, 'no-store'), keeper, undefined, report);
  },

  tokens: (input: Input, prependBos: boolean): Token[] => model.tokens(input, prependBos),

  token: (answer: string | number): Token => model.token(answer),

  text: (ids: ArrayLike<number>): string => model.text(Uint32Array.from(ids)),

  run(input: Input, prependBos: boolean): { run: number; tokens: Token[] } {
    const run = model.run(input, prependBos);
    runs.set(++handles, run);
    return { run: handles, tokens: run.tokens };
  },

  predictions: (run: number, position: number, k: number): Prediction[] => get(runs, run).predictions(position, k),

  attribute: (run: number, question: Question): AttributionData => get(runs, run).attribute(question),

  generate(input: Input, prependBos: boolean, sampling: SamplingOptions): number {
    generations.set(++handles, model.generate(input, prependBos, sampling));
    return handles;
  },

  next: (generation: number): Token | undefined => get(generations, generation).next(),

  /** Forgets a run or a generation. */
  free(handle: number): void {
    for (const held of [runs, generations]) {
      held.get(handle)?.free();
      held.delete(handle);
    }
  },

  /** Bytes of WebAssembly memory; it never shrinks, so this is also the most that there was. */
  memory: (): number => memory.buffer.byteLength,
};

/** What the worker answers. */
export type Service = typeof service;

/** With room for all that 32 bits address, or for as much of that as the browser grants; never less than 1 GB. */
function sharedMemory(maximum = 65_536): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 64, maximum, shared: true });
  } catch (error) {
    if (maximum <= 16_384) throw error;
    return sharedMemory(maximum / 2);
  }
}

function get<T>(held: Map<number, T>, handle: number): T {
  const found = held.get(handle);
  if (found === undefined) throw new LogitscopeError('ClosedError', 'This run was freed; run the prompt again.');
  return found;
}

async function loadFrom(
  source: Source,
  keeper: Keeper | undefined,
  weights: string | undefined,
  report: (progress: Progress) => void,
): Promise<Loaded> {
  const tally = new Tally(source.fromCache, report);
  const read = (name: string) => readWhole(source, keeper, tally, name);

  const [config, tokenizer] = await Promise.all([read('config.json'), read('tokenizer.json')]);
  if ('missing' in config) throw notFound('config.json', config);
  const name = weights ?? 'model.safetensors';
  const single = await source.open(name);
  let index: string | undefined;
  if ('missing' in single) {
    const file = weights === undefined ? await read('model.safetensors.index.json') : single;
    if ('missing' in file) throw notFound(name, single);
    index = decode(file);
    tally.weights = indexedBytes(index);
  } else {
    tally.weights = single.announced;
  }

  const loader = new wasm.ModelLoader(decode(config), 'missing' in tokenizer ? undefined : tokenizer, index, weights);
  try {
    for (const name of loader.files()) {
      const file = 'missing' in single ? await source.open(name) : single;
      if ('missing' in file) throw notFound(name, file);
      await drain(name, file, keeper, feed(loader, name, file, tally));
    }
  } catch (error) {
    if (!isTrap(error)) loader.free();
    throw error;
  }
  model = loader.finish();
  await keeper?.end();
  tally.report();
  return { config: model.config, hasTokenizer: model.hasTokenizer, notKept: keeper?.refused };
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

type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;

/** Draws every chunk, keeping them if that is wanted. */
async function drain(name: string, file: ModelFile, keeper: Keeper | undefined, chunks: Chunks): Promise<void> {
  if (keeper) await keeper.keep(name, chunks, file.announced);
  else for await (const _ of chunks);
}

/** A file of weights, fed to the loader as it comes. */
async function* feed(loader: ModelLoader, name: string, file: ModelFile, tally: Tally): Chunks {
  let received = 0;
  loader.begin(name, file.exact ? file.announced : undefined);
  for await (const chunk of receive(name, file)) {
    received += chunk.byteLength;
    loader.push(chunk);
    tally.add(name, chunk.byteLength, true);
    yield chunk;
  }
  try {
    loader.end();
  } catch (error) {
    throw received < (file.announced ?? 0) ? cut(name, file, received, error) : error;
  }
}

/** A small file, as a whole. */
async function readWhole(
  source: Source,
  keeper: Keeper | undefined,
  tally: Tally,
  name: string,
): Promise<Uint8Array | Missing> {
  const file = await source.open(name);
  if ('missing' in file) return file;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  async function* collect(file: ModelFile): Chunks {
    for await (const chunk of receive(name, file)) {
      chunks.push(chunk);
      tally.add(name, chunk.byteLength, false);
      yield chunk;
    }
  }
  await drain(name, file, keeper, collect(file));
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  const text = decode(bytes);
  if (text.trimStart().startsWith('<')) return { missing: htmlInstead(file.from) };
  if (bytes.byteLength < (file.announced ?? 0) && !isJson(text)) throw cut(name, file, bytes.byteLength, undefined);
  return bytes;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Counts a load's bytes, and reports them now and then. */
class Tally {
  /** The bytes of the weights, as far as they are known. */
  weights: number | undefined;
  #file = 'config.json';
  #loaded = 0;
  #others = 0;
  #reported = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fromCache: boolean,
    private readonly send: (progress: Progress) => void,
  ) {}

  add(file: string, bytes: number, weights: boolean): void {
    this.#file = file;
    this.#loaded += bytes;
    if (!weights) this.#others += bytes;
    const wait = this.#reported + reportInterval - performance.now();
    if (wait <= 0) this.report();
    // What came last is told too if nothing follows: a stalled download shows how far it is.
    else this.#later ??= setTimeout(() => this.report(), wait);
  }

  report(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#reported = performance.now();
    // What a server announces of a compressed transfer is less than what comes out of it.
    const total = this.weights === undefined ? undefined : Math.max(this.weights + this.#others, this.#loaded);
    this.send({ file: this.#file, loaded: this.#loaded, total, fromCache: this.fromCache });
  }
}

/** Set when WebAssembly stopped: nothing in it can be relied on after that. */
let stopped: LogitscopeError | undefined;

function stop(trap: unknown): LogitscopeError {
  const megabytes = Math.round((memory?.buffer.byteLength ?? 0) / 2 ** 20);
  const panicked = trap instanceof Error && trap.name === 'PanicError';
  return panicked
    ? new LogitscopeError('InternalError', `${trap.message}. This is a bug in Logitscope; load the model again.`)
    : new LogitscopeError(
        'MemoryError',
        `WebAssembly stopped (${trap instanceof Error ? trap.message : trap}) with ${megabytes} MB in use, most likely for ` +
          'want of memory: a tab has at most 4,096 MB. Load the model again, and give it a shorter prompt, or a smaller model.',
      );
}

/** Every function of the service, answering with {@link LogitscopeError}s alone, and with the same one after a trap. */
function guarded<T extends Record<string, (...args: never[]) => unknown>>(functions: T): T {
  const fail = (error: unknown): never => {
    if (isTrap(error)) throw (stopped ??= stop(error));
    throw LogitscopeError.from(error);
  };
  const guard =
    (work: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      if (stopped) throw stopped;
      try {
        const result = work(...args);
        return result instanceof Promise ? result.catch(fail) : result;
      } catch (error) {
        return fail(error);
      }
    };
  return Object.fromEntries(Object.entries(functions).map(([name, work]) => [name, guard(work)])) as T;
}

expose(guarded(service));
