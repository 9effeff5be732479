import type { Bos, Engine, ModelConfig } from '../api/logitscope';
import { pinned, sourceKey, type Source } from './source';

/** A model in use. */
export interface Model {
  source: Source;
  config: ModelConfig;
  /** Without one, prompts are token ids. */
  hasTokenizer: boolean;
  /** What is put before prompts; none where there is no such token. */
  bos?: Bos;
  /** The hub's commit that it is of. */
  revision?: string;
  /** How it computes. */
  engine: Engine;
}

/** A model on its way. */
export interface Loading {
  source: Source;
  file: string;
  loaded: number;
  total?: number;
  fromCache: boolean;
  /** Whether another tab is downloading it, and this one waits for that. */
  waiting?: true;
  /** Bytes a second over the last few seconds. */
  rate?: number;
  /** Seconds for which nothing has come, once that is long. */
  stalled?: number;
}

/** A model that a link asks for, and that the reader has to allow: it is neither bundled nor kept in the browser. */
export interface Offer {
  source: Exclude<Source, { kind: 'files' }>;
  /** Of its weights, where that is known. */
  bytes?: number;
}

/** A model that there is not, and why. */
export interface Failure {
  source: Source;
  /** Whether it never came, for want of a network too, or was in use and ended by itself. */
  kind: 'not loaded' | 'offline' | 'stopped';
  message: string;
}

/** Whether a source is of the model in use, or of the commit that this is of. */
export function isModel({ source, revision }: Model, other: Source): boolean {
  return [source, pinned(source, revision)].some((source) => sourceKey(source) === sourceKey(other));
}

/** Whether the bundled model is about to be replaced by itself after more or fewer steps of its training. */
export function isStepping({ model, loading }: { model?: Model; loading?: Loading }): boolean {
  return model?.source.kind === 'bundled' && loading?.source.kind === 'bundled';
}
