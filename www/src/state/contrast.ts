import type { Explained, Prediction, Token } from '../api/logitscope';

/** What an answer is compared with: a token, several, all by their probability, or none. */
export interface Contrast<Word extends Token = Prediction> {
  incorrect?: Word;
  /** Further tokens: what counts is the mean of all. */
  more: readonly Word[];
  /** All tokens, each by its probability; then no token is named. */
  byProbability: boolean;
}

/** The tokens that are named. */
export function namedTokens<Word extends Token>({ incorrect, more }: Contrast<Word>): readonly Word[] {
  return incorrect ? [incorrect, ...more] : [];
}

/** As the API is asked. */
export function contrastOf(contrast: Contrast<Token>): Pick<Explained, 'incorrect' | 'contrast'> {
  if (contrast.byProbability) return { contrast: 'log-probability' };
  const ids = namedTokens(contrast).map(({ id }) => id);
  return ids.length > 1 ? { incorrect: ids } : { incorrect: ids[0] };
}

/** As downloads name it. */
export function exported(contrast: Contrast, token: (of: Prediction) => Token = (of) => of): { incorrect?: Token | Token[]; contrast?: 'log-probability' } {
  if (contrast.byProbability) return { contrast: 'log-probability' };
  const tokens = namedTokens(contrast).map(token);
  return { incorrect: tokens.length > 1 ? tokens : tokens[0] };
}
