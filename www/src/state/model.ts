import type { Engine, ModelConfig } from '../api/logitscope';
import type { Source } from './source';

/** A model in use. */
export interface Model {
  source: Source;
  config: ModelConfig;
  /** Without one, prompts are token ids. */
  hasTokenizer: boolean;
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
  /** Bytes a second over the last few seconds. */
  rate?: number;
}

/** A model that there is not, and why. */
export interface Failure {
  source: Source;
  /** Whether it never came, for want of a network too, or was in use and ended by itself. */
  kind: 'not loaded' | 'offline' | 'stopped';
  message: string;
}

/** Whether the bundled model is about to be replaced by itself after more or fewer steps of its training. */
export function isStepping({ model, loading }: { model?: Model; loading?: Loading }): boolean {
  return model?.source.kind === 'bundled' && loading?.source.kind === 'bundled';
}
