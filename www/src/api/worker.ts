import { expose, releaseProxy, type ProxyMarked, type Remote } from 'comlink';
import * as one from '../wasm/model.js';
import * as several from '../wasm/model-threads.js';
import type {
  AttributionText,
  Bos,
  Cancelling,
  CancellingQuestion,
  Effects,
  EffectsQuestion,
  Explained,
  Generation,
  LensQuestion,
  LensText,
  HeadScores,
  HeadScoresOptions,
  Model,
  ModelConfig,
  PatchQuestion,
  Patching,
  Prediction,
  Question,
  Reaction,
  ReactionQuestion,
  Readout,
  Run,
  SamplingOptions,
  SetPrompt,
  SetQuestion,
  SetTables,
  SourcesText,
  Token,
  Trial,
} from '../wasm/model.js';
import type { Input } from './arguments.js';
import { LogitscopeError } from './errors.js';
import type { Location } from './files.js';
import { guarded } from './guard.js';
import { loadModel } from './loading.js';
import type { Progress } from './progress.js';

/** What is known of a model once it is loaded. */
export interface Loaded {
  config: ModelConfig;
  hasTokenizer: boolean;
  bos: Bos | undefined;
  notices: string[];
  /** Why the model is not kept, if that was asked for and refused. */
  notKept: string | undefined;
  /** The hub's commit that it is of. */
  revision: string | undefined;
}

/** How far a trial is, and what is known by then. */
export interface Advanced {
  more: boolean;
  /** Multiply-adds or prompts, of `total`. */
  done: number;
  total: number;
  known?: Known;
}

/** What work that takes its time ends with. */
export type Known = Effects | Patching | LensText | Readout[] | HeadScores | SetTables;

/** Milliseconds of work on a trial between two other questions. */
const TURN = 25;

let wasm: typeof one | typeof several;
let memory: WebAssembly.Memory | undefined;
let model: Model;
const runs = new Map<number, Run>();
const generations = new Map<number, Generation>();
const trials = new Map<number, Trial>();
let handles = 0;

const service = {
  /** Holds a lock for as long as this worker lives, so that the page knows when it does not. Resolves once it is held. */
  hold: (lock: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const held = () => {
        resolve();
        return new Promise<void>(() => {});
      };
      navigator.locks.request(lock, held).catch(reject);
    }),

  /** Instantiates the module, to compute with the workers behind these ports: each is sent the memory that all share. */
  async start(module: WebAssembly.Module, helpers: MessagePort[]): Promise<void> {
    if (helpers.length === 0) {
      wasm = one;
      ({ memory } = await one.default({ module_or_path: module }));
      return;
    }
    const shared = sharedMemory();
    await instantiate(module, shared);
    several.openPool(helpers.length + 1, navigator.hardwareConcurrency);
    // The other end closes the port: what is sent before this one closes, Firefox may lose.
    for (const helper of helpers) helper.postMessage(shared);
  },

  /** Instantiates the module on the memory of the worker behind the port. */
  async enter(module: WebAssembly.Module, leader: MessagePort): Promise<void> {
    await instantiate(module, await received<WebAssembly.Memory>(leader));
  },

  /** Computes with the worker whose memory it is, for as long as this one lives. */
  compute: (): void => several.enterPool(),

  /** Loads a model, from the browser's storage if it is kept there. */
  async load(
    location: Location,
    keep: boolean,
    weights: string | undefined,
    report: Remote<((progress: Progress) => void) & ProxyMarked>,
  ): Promise<Loaded> {
    try {
      const loaded = await loadModel(wasm.ModelLoader, location, keep, weights, report);
      model = loaded.model;
      const { config, hasTokenizer, bos } = model;
      const { notKept, revision } = loaded;
      return { config, hasTokenizer, bos, notices: [...model.notices, ...loaded.notices], notKept, revision };
    } finally {
      report[releaseProxy]();
    }
  },

  tokens: (input: Input, prependBos: boolean): Token[] => model.tokens(input, prependBos),

  token: (answer: string | number): Token => model.token(answer),

  text: (ids: number[]): string => model.text(ids),

  run(input: Input, prependBos: boolean, predictions: number): Held & { likeliest?: Prediction[] } {
    const run = model.run(input, prependBos);
    const likeliest = predictions > 0 ? run.predictions(-1, predictions) : undefined;
    return { ...held(run), likeliest };
  },

  without: (run: number, question: ReactionQuestion): Held => held(get(runs, run).without(question)),

  patched: (clean: number, corrupted: number, question: PatchQuestion): Held => held(get(runs, clean).patched(get(runs, corrupted), question)),

  predictions: (run: number, position: number, k: number): Prediction[] => get(runs, run).predictions(position, k),

  expectations: (run: number, position: number, tokens: Uint32Array): Prediction[] => get(runs, run).expectations(position, tokens),

  attribute: (run: number, question: Question): AttributionText => get(runs, run).attribute(question),

  difference: (clean: number, corrupted: number, question: Question): AttributionText => get(runs, clean).difference(get(runs, corrupted), question),

  sources: (run: number, explained: Explained): SourcesText => get(runs, run).sources(explained as Question),

  cancelling: (run: number, question: CancellingQuestion): Cancelling[] => get(runs, run).cancelling(question),

  pattern: (run: number, head: string): Float32Array => get(runs, run).pattern(head),

  reaction: (run: number, question: ReactionQuestion): Reaction => get(runs, run).reaction(question),

  effects(run: number, question: EffectsQuestion): number {
    trials.set(++handles, get(runs, run).effects(question));
    return handles;
  },

  patch(clean: number, corrupted: number, question: PatchQuestion): number {
    trials.set(++handles, get(runs, clean).patch(get(runs, corrupted), question));
    return handles;
  },

  lens(run: number, question: LensQuestion): number {
    trials.set(++handles, get(runs, run).lens(question));
    return handles;
  },

  readouts(run: number, parts: string[], position: number, k: number): number {
    trials.set(++handles, get(runs, run).readouts(parts, position, k));
    return handles;
  },

  headScores(options: HeadScoresOptions): number {
    trials.set(++handles, model.headScores(options));
    return handles;
  },

  askAll(prompts: string, question: SetQuestion): number {
    trials.set(++handles, model.askAll(prompts, question));
    return handles;
  },

  parsePrompts: (text: string): SetPrompt[] => wasm.parsePrompts(text),

  /** Goes on with a trial for a while; at its end, or if asked, with what is known by then. */
  advance(trial: number, tell: boolean): Advanced {
    const going = get(trials, trial);
    const end = performance.now() + TURN;
    let more = true;
    while (more && performance.now() < end) more = going.advance();
    const [done = 0, total = 0] = going.progress();
    return { more, done, total, ...((tell || !more) && { known: going.known() }) };
  },

  generate(input: Input, prependBos: boolean, sampling: SamplingOptions): number {
    generations.set(++handles, model.generate(input, prependBos, sampling));
    return handles;
  },

  next: (generation: number): Token | undefined => get(generations, generation).next(),

  /** Forgets a run, a generation or a trial. */
  free(handle: number): void {
    for (const held of [runs, generations, trials]) {
      held.get(handle)?.free();
      held.delete(handle);
    }
  },

  /** Bytes of WebAssembly memory; it never shrinks, so this is also the most that there was. */
  memory: (): number => memory?.buffer.byteLength ?? 0,
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

async function instantiate(module: WebAssembly.Module, shared: WebAssembly.Memory): Promise<void> {
  wasm = several;
  memory = shared;
  await several.default({ module_or_path: module, memory });
}

/** The one message that a port brings. */
function received<T>(port: MessagePort): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    port.onmessage = ({ data }: MessageEvent<T>) => resolve(data);
    port.onmessageerror = () => reject(new LogitscopeError('UnsupportedError', 'This browser passes no memory between workers.'));
  }).finally(() => port.close());
}

/** A run, as the page knows it. */
interface Held {
  run: number;
  tokens: Token[];
}

function held(run: Run): Held {
  runs.set(++handles, run);
  return { run: handles, tokens: run.tokens };
}

function get<T>(held: Map<number, T>, handle: number): T {
  const found = held.get(handle);
  if (found === undefined) throw new LogitscopeError('ClosedError', 'This run was freed; run the prompt again.');
  return found;
}

expose(guarded(service, service.memory));
