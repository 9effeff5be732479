import type { Attribution, Chart, Engine, ModelConfig, Prediction, Token, Unit } from './api/logitscope';
import type { Preset } from './presets';
import type { Source } from './source';
import type { Training } from './training';

export const UNITS = ['layer', 'component', 'head'] as const satisfies readonly Unit[];

/** What the reader asks. A link carries it, and nothing that can be computed from it. */
export interface Question {
  prompt: string;
  prependBos: boolean;
  /** Token ids that the model wrote after the prompt. */
  generated: readonly number[];
  /** Where to look; null is after the last token, wherever that is. */
  position: number | null;
  /** The token to explain, as text or `#id`; empty for the likeliest. */
  answer: string;
  /** The token to compare with, as text or `#id`; empty for none. */
  incorrect: string;
  /** The unit whose table is shown. */
  unit: Unit;
  /** The selected part's label. */
  selected: string | null;
}

/** Whether the picture shown answers the current question, of the model in use. */
export function isAnswered({ picture, pending, problems }: State): boolean {
  return Boolean(picture) && !pending && !(problems.prompt ?? problems.position ?? problems.answer ?? problems.incorrect);
}

/** Whether the bundled model is about to be replaced by itself after more or fewer steps of its training. */
export function isStepping({ model, loading }: State): boolean {
  return model?.source.kind === 'bundled' && loading?.source.kind === 'bundled';
}

/** Whether another picture is on its way. */
export function isBusy(state: State): boolean {
  return state.pending || isStepping(state);
}

export function isPreset({ prompt, answer, incorrect = '' }: Preset, question: Question): boolean {
  return prompt === question.prompt && answer === question.answer && incorrect === question.incorrect;
}

/** One complete answer, put on the page in one go: its pieces never come from different questions. */
export interface Picture {
  /** The model's. */
  source: Source;
  tokens: readonly Token[];
  position: number;
  predictions: readonly Prediction[];
  answer: Token;
  incorrect?: Token;
  attributions: Readonly<Record<Unit, Attribution>>;
  charts: Readonly<Record<Unit, Chart>>;
}

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

export interface Failure {
  source: Source;
  message: string;
  offline: boolean;
}

export interface Problem {
  message: string;
  /** What to type instead, where that is known. */
  fix?: string;
}

export interface State {
  question: Question;
  model?: Model;
  /** The bundled model's, read once that is in use; null if it cannot be had. */
  training?: Training | null;
  loading?: Loading;
  failure?: Failure;
  /** Of the current prompt. */
  tokens: readonly Token[];
  /** At the current position. */
  predictions: readonly Prediction[];
  picture?: Picture;
  /** Whether an answer to the current question is being computed. */
  pending: boolean;
  generating: boolean;
  problems: { prompt?: Problem; position?: Problem; answer?: Problem; incorrect?: Problem; generate?: Problem };
  /** Something to know that stops nothing. */
  notice?: string;
  /** Under the pointer, in any chart. */
  hovered: { label: string; layer: number | null } | null;
}
