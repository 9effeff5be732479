import type { Token } from '../api/logitscope';
import { cutWords, middle } from './format';

/** Words are learned whole, so one that is cut means nothing to a model that knows few. */
export function unknownWords(tokens: readonly Token[]): string {
  const words = cutWords(tokens);
  if (!words.length) return '';
  const some = words.slice(0, 3).map((word) => `“${middle(word)}”`);
  const more = words.length > some.length ? ['other words'] : [];
  const list = new Intl.ListFormat('en').format([...some, ...more]);
  return words.length === 1
    ? `${list} is not a word that the bundled model knows, so expect nonsense after it.`
    : `${list} are not words that the bundled model knows, so expect nonsense after them.`;
}
