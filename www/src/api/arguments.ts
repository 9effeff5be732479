import { LogitscopeError, type LogitscopeErrorName } from './errors.js';

/** A prompt as text or as token ids. */
export type Input = string | ArrayLike<number>;

/** What may be given for an option, and what to say that it is to be. */
const kinds = {
  flag: ['true or false', (given: unknown) => typeof given === 'boolean'],
  number: ['a number', (given: unknown) => typeof given === 'number' || given === null],
  text: ['text', (given: unknown) => typeof given === 'string'],
  address: ['a URL', (given: unknown) => typeof given === 'string' || given instanceof URL],
  function: ['a function', (given: unknown) => typeof given === 'function'],
  signal: ['an AbortSignal', (given: unknown) => given instanceof AbortSignal],
} as const;

export type Kind = keyof typeof kinds;

/**
 * Refuses options that are not an object, or one that is not of its kind. What is undefined is left out, and what has no kind
 * is not looked at.
 *
 * @throws {@link LogitscopeError} `ArgumentError` that names the option
 */
export function checkOptions(options: object, expected: Readonly<Record<string, Kind>>): void {
  if (typeof options !== 'object' || options === null) throw wrong('options', options, 'an object');
  for (const [name, kind] of Object.entries(expected)) {
    const given: unknown = (options as Record<string, unknown>)[name];
    const [what, is] = kinds[kind];
    if (given !== undefined && !is(given)) throw wrong(name, given, what);
  }
}

/** @throws {@link LogitscopeError} `ArgumentError` unless it is an object, such as `example` shows */
export function checkObject(name: string, given: unknown, example: string): void {
  if (typeof given !== 'object' || given === null) throw wrong(name, given, `an object such as ${example}`);
}

/** A prompt as it crosses to the worker: whatever holds its token ids becomes a plain list. */
export function checkPrompt(prompt: Input): Input {
  return typeof prompt === 'string' ? prompt : checkIds('prompt', prompt, 'text or a list of token ids');
}

/** More ids than this make no prompt of any GPT-2, and would fill the memory. */
const MOST_IDS = 2 ** 22;

export function checkIds(name: string, given: ArrayLike<number>, what = 'a list of token ids'): number[] {
  const length: unknown = typeof given === 'object' && given !== null ? given.length : undefined;
  if (typeof length !== 'number' || !(length >= 0)) throw wrong(name, given, what, 'PromptError');
  if (length > MOST_IDS) {
    throw new LogitscopeError('PromptError', `${name}: ${length.toLocaleString('en')} tokens are more than any GPT-2 takes`);
  }
  const ids = Array.from(given);
  const at = ids.findIndex((id) => !isId(id));
  if (at >= 0) throw wrong(`${name}[${at}]`, ids[at], 'a token id, a whole number from 0 up', 'PromptError');
  return ids;
}

/** @throws {@link LogitscopeError} `AnswerError` unless it can be a token, as text or by its id */
export function checkToken(name: string, given: string | number | null | undefined): void {
  if (typeof given !== 'string' && !isId(given)) throw wrong(name, given, 'a token: its text or its id', 'AnswerError');
}

function isId(given: unknown): boolean {
  return Number.isInteger(given) && (given as number) >= 0 && (given as number) < 2 ** 32;
}

/** @throws {@link LogitscopeError} `AnswerError` unless it can be a token, or a list of some */
export function checkTokens(name: string, given: string | number | readonly (string | number)[]): void {
  if (Array.isArray(given) && given.length === 0) throw new LogitscopeError('AnswerError', `${name}: an empty list has no token to compare with`);
  if (Array.isArray(given)) given.forEach((token: string | number, i) => checkToken(`${name}[${i}]`, token));
  else checkToken(name, given as string | number);
}

/** @throws {@link LogitscopeError} `PositionError` unless it is a whole number */
export function checkPosition(position: number): void {
  if (!Number.isInteger(position)) throw wrong('position', position, 'a whole number: -1 is the last token', 'PositionError');
}

/** @throws {@link LogitscopeError} `ArgumentError` unless it is a number of things */
export function checkCount(name: string, given: number): void {
  if (!Number.isInteger(given) || given < 0) throw wrong(name, given, 'a whole number from 0 up');
}

export function wrong(name: string, given: unknown, what: string, error: LogitscopeErrorName = 'ArgumentError'): LogitscopeError {
  return new LogitscopeError(error, `${name}: ${described(given)} is not ${what}`);
}

/** What was given, in a few words. */
export function described(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given);
  if (typeof given === 'function') return 'a function';
  if (typeof given !== 'object' || given === null) return String(given);
  return Array.isArray(given) ? 'a list' : 'an object';
}
