import type { Attribution, Chart, Prediction, Token, Unit } from '../api/logitscope';
import type { Asked } from './asked';
import type { Contrast } from './contrast';
import type { When } from './lens';
import type { Source } from './source';
import type { Tab, WhatIf } from './what-if';

export const UNITS = ['layer', 'component', 'head'] as const satisfies readonly Unit[];

/** A unit that a chart along the depth of the model shows. */
export type Shown = (typeof UNITS)[number];

/** What an attribution says, as data. */
export type Numbers = Omit<Attribution, 'top' | 'strongest'>;

/** One complete answer, put on the page in one go: its pieces never come from different questions. */
export interface Picture extends Asked, Contrast {
  /** The model's. */
  source: Source;
  predictions: readonly Prediction[];
  /** The token that is explained, as those that it is compared with, and what the model expects of each. */
  answer: Prediction;
  incorrect?: Prediction;
  more: readonly Prediction[];
  attributions: Readonly<Record<Shown, Numbers>>;
  charts: Readonly<Record<Shown, Chart>>;
}

/** One value for each unit. */
export function byUnit<T>(values: readonly T[]): Record<Shown, T> {
  return Object.fromEntries(UNITS.map((unit, i) => [unit, values[i]])) as Record<Shown, T>;
}

/** Gives the memory of a picture's charts back. */
export function freeCharts(picture: Picture | undefined): void {
  for (const unit of UNITS) picture?.charts[unit].free();
}

/** Whether prompts are the same to the model. */
export function sameTokens(a: readonly Token[], b: readonly Token[]): boolean {
  return a === b || (a.length === b.length && a.every(({ id }, i) => id === b[i]?.id));
}

/** What is under the pointer: a part, and its layer. */
export interface Pointed {
  label: string;
  layer: number | null;
}

/** What is shown of an answer. */
export interface View {
  /** The unit whose table is shown. */
  unit: Shown;
  /** The selected part's label. */
  selected: string | null;
  /** Whether the question and one chart are all that there is, as in a frame within an article. */
  embed: boolean;
  tab: Tab;
  when: When;
  whatIf: WhatIf;
  /** The preset whose set of prompts is asked, by the name of that; null for none, or prompts that the reader gave. */
  set: string | null;
}
