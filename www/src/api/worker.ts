import { expose } from 'comlink';
import * as one from '../wasm/model.js';
import * as several from '../wasm/model-threads.js';
import type {
  AttributionData,
  Generation,
  Model,
  ModelConfig,
  Prediction,
  Question,
  Run,
  SamplingOptions,
  Token,
} from '../wasm/model.js';
import { LogitscopeError, isTrap } from './errors.js';
import type { Location } from './files.js';
import { loadModel } from './loading.js';
import type { Progress } from './progress.js';

/** A prompt as text or as token ids. */
export type Input = string | ArrayLike<number>;

/** What is known of a model once it is loaded. */
export interface Loaded {
  config: ModelConfig;
  hasTokenizer: boolean;
  /** Why the model is not kept, if that was asked for and refused. */
  notKept: string | undefined;
}

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
    const loaded = await loadModel(wasm.ModelLoader, location, keep, weights, report);
    model = loaded.model;
    return { config: model.config, hasTokenizer: model.hasTokenizer, notKept: loaded.notKept };
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
