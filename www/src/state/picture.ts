import type { Attribution, Bos, Chart, Prediction, Token, Unit } from '../api/logitscope';
import type { Source } from './source';

export const UNITS = ['layer', 'component', 'head'] as const satisfies readonly Unit[];

/** One complete answer, put on the page in one go: its pieces never come from different questions. */
export interface Picture {
  /** The model's, and how many heads each of its layers has. */
  source: Source;
  heads: number;
  tokens: readonly Token[];
  /** What was put before the prompt, and who named it. */
  bos?: Bos;
  position: number;
  predictions: readonly Prediction[];
  /** The two tokens, and what the model expects of each. */
  answer: Prediction;
  incorrect?: Prediction;
  attributions: Readonly<Record<Unit, Attribution>>;
  charts: Readonly<Record<Unit, Chart>>;
}

/** What is under the pointer: a part, and its layer. */
export interface Pointed {
  label: string;
  layer: number | null;
}

/** What is shown of an answer. */
export interface View {
  /** The unit whose table is shown. */
  unit: Unit;
  /** The selected part's label. */
  selected: string | null;
  /** Whether the question and one chart are all that there is, as in a frame within an article. */
  embed: boolean;
}
