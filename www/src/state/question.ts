import type { Preset } from './presets';
import type { Trail } from './trail';

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
  /** Further tokens to compare with: the mean of all counts. */
  more: readonly string[];
  /** Compare with all tokens by their probability, and name none. */
  byProbability: boolean;
  /** How far in. */
  trail: Trail;
}

/** One of the two tokens that a question names. */
export type Field = 'answer' | 'incorrect';

/** What is wrong with a piece of the question. */
export interface Problem {
  message: string;
  /** What to type instead, where that is known. */
  fix?: string;
}

/** What is wrong, by the piece of the question. */
export type Problems = Readonly<Partial<Record<'prompt' | 'position' | Field, Problem>>>;

/** What else a word of the question may have been meant to be. */
export type Hints = Readonly<Partial<Record<Field, { fix: string; probability: number }>>>;

/** About how many tokens a prompt has that the model is yet to read: each word, and each sign. */
export function tokensExpected({ prompt, prependBos }: Pick<Question, 'prompt' | 'prependBos'>): number {
  return (prompt.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0) + Number(prependBos);
}

export function isPreset({ prompt, answer, incorrect = '' }: Preset, question: Question): boolean {
  return prompt === question.prompt && answer === question.answer && incorrect === question.incorrect && question.more.length === 0 && !question.byProbability;
}
