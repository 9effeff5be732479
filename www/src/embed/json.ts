import { LogitscopeError, type Token } from '../api/charts';

/** An exported answer, as far as it is read. */
export type Json = Readonly<Record<string, unknown>>;

/** That an exported answer is none, and what would be right. */
export function unreadable(what: string): LogitscopeError {
  return new LogitscopeError('ArgumentError', what);
}

export function isRecord(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isToken(json: unknown): json is Token {
  return isRecord(json) && typeof json['text'] === 'string';
}

/** The tokens under the first of the names that is there; none if none is. */
export function tokensOf(json: Json, ...names: string[]): readonly Token[] {
  const name = names.find((name) => json[name] !== undefined);
  const tokens = name === undefined ? [] : json[name];
  if (Array.isArray(tokens) && tokens.every(isToken)) return tokens;
  throw unreadable(`\`${name}\` is not a list of tokens such as { "id": 685, "text": " John" }.`);
}

export function tokenOf(json: Json, name: string): Token | undefined {
  const token = json[name] ?? undefined;
  if (token === undefined || isToken(token)) return token;
  throw unreadable(`\`${name}\` is not a token such as { "id": 685, "text": " John" }.`);
}

export function textOf(json: Json, name: string): string | undefined {
  const text = json[name] ?? undefined;
  if (text === undefined || typeof text === 'string') return text;
  throw unreadable(`\`${name}\` is not a text.`);
}

export function textsOf(json: Json, name: string): string[] {
  const texts = json[name] ?? [];
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
  throw unreadable(`\`${name}\` is not a list of texts.`);
}

/** Numbers in lists, or lists of those; JSON has null for what is not a number. */
export function numbersOf(json: Json, name: string): number[] {
  const numbers = json[name];
  if (Array.isArray(numbers) && numbers.every((x) => typeof x === 'number' || x === null)) return numbers.map((x: number | null) => x ?? NaN);
  throw unreadable(`\`${name}\` is not a list of numbers.`);
}

/** Numbers beside others, if there are any; null stays. */
export function factorsOf(json: Json, name: string): (number | null)[] | undefined {
  const factors = json[name] ?? undefined;
  if (factors !== undefined) numbersOf(json, name);
  return factors as (number | null)[] | undefined;
}

/** Places, which are counted from 0, and how many there are of something. */
export function wholeNumbersOf(json: Json, name: string): number[] {
  const numbers = numbersOf(json, name);
  if (numbers.every((x) => Number.isSafeInteger(x) && x >= 0)) return numbers;
  throw unreadable(`\`${name}\` is not a list of whole numbers.`);
}

export function tableOf(json: Json, name: string): number[][] {
  const rows = json[name];
  if (!Array.isArray(rows)) throw unreadable(`\`${name}\` is not a list of lists of numbers.`);
  return rows.map((row, i) => numbersOf({ [`${name}[${i}]`]: row as unknown }, `${name}[${i}]`));
}

export function numberOf(json: Json, name: string): number | undefined {
  const number = json[name] ?? undefined;
  if (number === undefined || typeof number === 'number') return number;
  throw unreadable(`\`${name}\` is not a number.`);
}

/** As texts, which charts take. */
export function texts(tokens: readonly Token[]): string[] {
  return tokens.map(({ text }) => text);
}
