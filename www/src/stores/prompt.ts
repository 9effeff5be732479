import type { Bos, Logitscope, Run, Token } from '../api/logitscope';
import type { Field, Hints, Question } from '../state/question';

/** The token that is put before the prompt: none if the reader wants none, or the model has none. */
export function prepended(scope: Logitscope, { prependBos }: Question): Bos | undefined {
  return prependBos ? scope.bos : undefined;
}

/** The ids of the prompt and of what the model wrote after it. */
export async function promptIds(scope: Logitscope, question: Question): Promise<number[]> {
  const { prompt, generated } = question;
  if (!scope.hasTokenizer) return [...parseIds(prompt), ...generated];
  const tokens = await scope.tokens(prompt, { prependBos: prepended(scope, question) !== undefined });
  return [...tokens.map(({ id }) => id), ...generated];
}

/** A token whose text is longer is written by its id. */
const TYPED = 200;

/** How a reader would type a token: its text, or `#id` where the text is long, or not that token alone, as far as a model is there to say. */
export async function written(scope: Logitscope | undefined, { id, text }: Token): Promise<string> {
  if (text.length > TYPED) return `#${id}`;
  const same = !scope || (await scope.token(text).then((token) => token.id === id, () => false));
  return same ? text : `#${id}`;
}

/** Token ids as typed for a model without a tokenizer: `1, 5, 9`. */
function parseIds(text: string): number[] {
  const words = text.split(/[\s,]+/).filter(Boolean);
  const wrong = words.find((word) => !/^\d+$/.test(word));
  if (wrong !== undefined) {
    throw new Error(`This model has no tokenizer, so the prompt is token ids, as in “1, 5, 9”; “${wrong}” is not one.`);
  }
  return words.map(Number);
}

/** What a text that is not one token may be meant for: the same after a space, or the first token of that. */
export async function meant(scope: Logitscope, text: string): Promise<string | undefined> {
  const spaced = /^\s/.test(text) ? text : ` ${text}`;
  try {
    const [first] = await scope.tokens(spaced, { prependBos: false });
    return first && (await written(scope, first));
  } catch {
    return undefined;
  }
}

/** Within a sentence words begin with a space: where the reader left it out, and the word with it is likelier, that is told. */
export async function hintsOf(scope: Logitscope, run: Run, position: number, question: Question): Promise<Hints> {
  const hint = async (field: Field): Promise<Hints> => {
    const text = question[field];
    if (!/^[\p{L}\p{N}]/u.test(text)) return {};
    const fix = ` ${text}`;
    try {
      const tokens = await Promise.all([scope.token(fix), scope.token(text)]);
      const [spaced, plain] = await run.expectations(tokens.map(({ id }) => id), position);
      return spaced && plain && spaced.probability > plain.probability ? { [field]: { fix, probability: spaced.probability } } : {};
    } catch {
      return {};
    }
  };
  const [answer, incorrect] = await Promise.all([hint('answer'), hint('incorrect')]);
  return { ...answer, ...incorrect };
}
