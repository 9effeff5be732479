import type { Subject, Token } from '../api/logitscope';
import { namedTokens, type Contrast } from '../state/contrast';
import { isolate } from './format';

/** What an answer is compared with, in words. */

/** Of more tokens than that, how many they are is said. */
const NAMED = 3;

/** `·John`, `the mean of ·John, ·Tom`, `all, by probability`; none if it is compared with none. */
export function than(contrast: Contrast<Token>): string | undefined {
  if (contrast.byProbability) return 'all, by probability';
  const tokens = namedTokens(contrast).map(({ text }) => isolate(text));
  if (tokens.length < 2) return tokens[0];
  return `the mean of ${tokens.length > NAMED ? `${tokens.length} tokens` : tokens.join(', ')}`;
}

/** As charts' titles say it. */
export function contrasted(contrast: Contrast<Token>): Pick<Subject, 'incorrect' | 'contrast'> {
  if (contrast.byProbability) return { contrast: 'log-probability' };
  const texts = namedTokens(contrast).map(({ text }) => text);
  return texts.length > 1 ? { contrast: texts } : { incorrect: texts[0] };
}

/** When to compare with what. */
export const CONTRAST_NOTES = {
  token: 'Why this word rather than that. What both words share drops out. Take the most telling rival, or the runner-up.',
  several: 'The mean of their logits. Where there are many wrong answers of one kind, as names, none of which is special.',
  all: 'What raises the answer’s log-probability. Each rival counts by how likely it is here, so that no one has to be chosen. An answer that is all but sure has little left to raise: its numbers are small.',
  none: 'The logit above the mean over the vocabulary. It also counts what raises many words at once, as that a name comes next.',
};
