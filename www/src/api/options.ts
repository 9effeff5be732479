import { checkOptions } from './arguments.js';
import { LogitscopeError } from './errors.js';
import type { Assets } from './modules.js';
import type { Progress } from './progress.js';
import type { Abortable } from './work.js';
import type { SamplingOptions, Token } from '../wasm/model.js';

/** How to load a model. */
export interface LoadOptions extends Assets {
  /**
   * At most so many threads may compute, each a worker of its own. Default: as many as the processor has, up to 8. More than
   * it has, and than 8, are not started.
   * Where a page is not cross-origin isolated, browsers allow one; `Logitscope.engine` tells how many there are.
   */
  threads?: number;
  /** Cancels the load, which then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called about ten times a second, and at the end. */
  onProgress?: (progress: Progress) => void;
  /**
   * Whether a model from a URL is kept in the browser's storage, to load without the network next time. Default true.
   * What is kept stays as it is until `deleteKeptModel`; say false for a folder whose files change.
   */
  keep?: boolean;
  /**
   * The file of weights in the folder to read instead of `model.safetensors` or its shards, e.g. an earlier checkpoint of
   * the same training, `model.step-400.safetensors`. Such a model is not kept in the browser's storage.
   */
  weights?: string;
  /**
   * The URL, relative to the page and of its origin, of the package's `worker.js`: for pages whose Content-Security-Policy allows no workers from
   * `blob:`. Default: what comes with the script.
   */
  workerUrl?: string | URL;
}

/** How a prompt is read, and when to forget it. */
export interface PromptOptions extends Abortable {
  /** Whether text begins with the model's beginning-of-sequence token. Default true. Token ids are used as they are. */
  prependBos?: boolean;
}

/** How a prompt is run. */
export interface RunOptions extends PromptOptions {
  /** So many of the likeliest tokens after the last one come with the run: {@link Run.predictions} has them at once. Default 0. */
  predictions?: number;
}

/** How to continue a prompt. */
export interface GenerateOptions extends PromptOptions, SamplingOptions {
  /** Called with each token as soon as it is chosen. */
  onToken?: (token: Token) => void;
}

const LOAD_OPTIONS = {
  threads: 'number',
  signal: 'signal',
  onProgress: 'function',
  weights: 'text',
  keep: 'flag',
  assets: 'address',
  workerUrl: 'address',
} as const;
export const PROMPT_OPTIONS = { prependBos: 'flag', signal: 'signal' } as const;
export const GENERATE_OPTIONS = {
  ...PROMPT_OPTIONS,
  onToken: 'function',
  maxTokens: 'number',
  temperature: 'number',
  topK: 'number',
  seed: 'number',
} as const;

/** @throws {@link LogitscopeError} that names the option and what it should be */
export function checkLoad(options: LoadOptions): void {
  checkOptions(options, LOAD_OPTIONS);
  const { threads, weights } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
    throw new LogitscopeError('ArgumentError', `threads: ${threads} is not a whole number from 1 up`);
  }
  if (weights !== undefined && !/^[^/\\:]+\.(safetensors|bin|pt|pth)$/.test(weights)) {
    const given = JSON.stringify(weights);
    throw new LogitscopeError('ArgumentError', `weights: ${given} is not the name of a .safetensors, .bin, .pt or .pth file in the model's folder`);
  }
}
