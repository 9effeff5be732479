/** Numbers and tokens as the page prints them. */

const three = new Intl.NumberFormat('en', {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
  signDisplay: 'exceptZero',
});

/** Three significant digits, a sign and a real minus: `+4.31`, `−0.0123`, `0`. */
export function signed(x: number): string {
  if (x === 0) return '0';
  return Math.abs(x) < 1e-4 ? (x > 0 ? '+' : '') + scientific(x) : minus(three.format(x));
}

/** A mean with its standard deviation, if it has one: `+4.31 ± 0.902`. */
export function plusMinus({ mean, sd }: { mean: number; sd: number }): string {
  return Number.isNaN(sd) ? signed(mean) : `${signed(mean)} ± ${signed(sd).replace('+', '')}`;
}

/** Three decimals for numbers that a reader adds up: `+13.872`; of what these would say little of, three digits. */
export function decimals(x: number): string {
  if (x !== 0 && Math.abs(x) < 0.01) return signed(x);
  return minus((x >= 0 ? '+' : '') + x.toFixed(3));
}

/** A number of things: `1,200`. */
export function count(x: number): string {
  return x.toLocaleString('en');
}

/** `3.1e−7`, and `0` for nothing at all. */
export function scientific(x: number): string {
  return x === 0 ? '0' : minus(x.toExponential(1));
}

/** A probability or a share: `>99.9%`, `97%`, `1.2%`, `0.04%`, `<0.01%`; a dash for what has no share. */
export function percent(x: number | null | undefined): string {
  if (x === null || x === undefined) return '–';
  const p = Math.abs(x) * 100;
  const sign = x < 0 ? '−' : '';
  if (p === 0) return '0%';
  if (p < 0.01) return `${sign}<0.01%`;
  if (p > 99 && p < 100) return p >= 99.95 ? '>99.9%' : `${sign}${p.toFixed(1)}%`;
  return `${sign}${p.toFixed(p >= 10 ? 0 : p >= 1 ? 1 : 2)}%`;
}

/** A place among others, from 0: `1st`, `22nd`, `1,013th`. */
export function place(rank: number): string {
  const ending = { one: 'st', two: 'nd', few: 'rd' }[ordinals.select(rank + 1) as string] ?? 'th';
  return `${count(rank + 1)}${ending}`;
}
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

export function bytes(x: number): string {
  if (x >= 1e9) return `${(x / 1e9).toFixed(2)} GB`;
  if (x >= 1e8) return `${(x / 1e6).toFixed(0)} MB`;
  if (x >= 1e6) return `${(x / 1e6).toFixed(1)} MB`;
  return `${Math.ceil(x / 1e3)} kB`;
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const MARKS: Record<string, string> = { ' ': '·', '\n': '↵', '\t': '⇥' };
const MARKED: Record<string, string> = { '·': ' ', '↵': '\n', '⇥': '\t' };

/** What has no ink: control characters, other spaces than the common one, and what changes the direction of what follows. */
const INKLESS = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}]`;
const VEILED = new RegExp(String.raw`\\(?=[\\·↵⇥]|u\{[0-9a-f]{1,6}\}|${INKLESS})|[·↵⇥]|${INKLESS}|^\p{VS}`, 'gu');

/**
 * A token's text with what has no ink made visible: spaces as `·`, line ends as `↵`, tabs as `⇥`, the others as `\u{a0}`. These
 * signs themselves have a backslash before them, as has a backslash before any of that; {@link typed} reads it all back.
 */
export function visible(text: string): string {
  return text.replace(VEILED, (found) => {
    if (found === '\\' || MARKED[found]) return `\\${found}`;
    return MARKS[found] ?? `\\u{${found.codePointAt(0)?.toString(16)}}`;
  });
}

/** The text that a reader typed where tokens are shown: the inverse of {@link visible}. */
export function typed(text: string): string {
  return text.replace(/\\([\\·↵⇥])|\\u\{([0-9a-f]{1,6})\}|[·↵⇥]/g, (found, literal?: string, code?: string) => {
    if (literal) return literal;
    if (!code) return MARKED[found] ?? found;
    const point = parseInt(code, 16);
    return point > 0x10ffff ? found : String.fromCodePoint(point);
  });
}

/** At most so many characters of a token are shown: a vocabulary can hold one of a million. */
const ROOM = 48;

/** What is too long without its middle. */
export function middle(text: string, room = ROOM): string {
  if (text.length <= room) return text;
  // Some characters are two units; none is cut in half.
  const [head, tail] = [[...text.slice(0, room)], [...text.slice(-room)]];
  return `${head.slice(0, Math.ceil(room / 2) - 1).join('')}…${tail.slice(-Math.floor(room / 2)).join('')}`;
}

/** A token as it is shown. */
export function shown(text: string): string {
  return middle(visible(text.length > 4 * ROOM ? middle(text, 4 * ROOM) : text));
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** A token in a sentence, which it does not turn round if it is written from right to left, and whose signs are not the sentence's. */
export function isolate(text: string): string {
  const token = shown(text);
  if (token && !/[\p{L}\p{N}]/u.test(token)) return `“${token}”`;
  return RIGHT_TO_LEFT.test(token) ? `\u2068${token}\u2069` : token;
}

/** Letters, or bytes of one that is cut itself, which tokens show as escapes. */
const LETTERS = String.raw`(?:\p{L}|\\x[0-9A-F]{2})+`;
const CUT_WORD = new RegExp(`${LETTERS}(?:\0${LETTERS})+`, 'gu');

/** The words that are cut into several tokens, each once. */
export function cutWords(tokens: readonly { text: string }[]): string[] {
  const cut = tokens.map(({ text }) => text).join('\0').match(CUT_WORD) ?? [];
  const whole = (word: string) => word.replaceAll('\0', '').replace(/(?:\\x[0-9A-F]{2})+/g, decoded);
  return [...new Set(cut.map(whole))];
}

function decoded(escapes: string): string {
  const bytes = escapes.split('\\x').slice(1).map((hex) => parseInt(hex, 16));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const BYTES = /(?:\\x[0-9A-F]{2})+(?:\0(?:\\x[0-9A-F]{2})+)+/g;

/** A character, of which a token is one piece of several. */
export interface Piece {
  character: string;
  /** Which piece, from 1. */
  part: number;
  of: number;
}

/** `你 1/2`, in this order after Hebrew as well. */
export function pieceName({ character, part, of }: Piece): string {
  return `${visible(character)}${RIGHT_TO_LEFT.test(character) ? '\u200e' : ''} ${part}/${of}`;
}

/** Of prompts, whose tokens are named one by one wherever the pointer goes. */
const CUT = new WeakMap<readonly { text: string }[], (Piece | undefined)[]>();

/** Of tokens that are bytes of a character, as those of Chinese, Arabic and emoji often are, the character. */
export function pieces(tokens: readonly { text: string }[]): (Piece | undefined)[] {
  const known = CUT.get(tokens);
  if (known) return known;
  const found: (Piece | undefined)[] = tokens.map(() => undefined);
  const joined = tokens.map(({ text }) => text).join('\0');
  for (const { 0: run, index } of joined.matchAll(BYTES)) {
    const first = joined.slice(0, index).split('\0').length - 1;
    const owners = run.split('\0').flatMap((escapes, i) => Array.from({ length: escapes.length / 4 }, () => first + i));
    let at = 0;
    for (const character of decoded(run.replaceAll('\0', ''))) {
      const length = character === '\ufffd' ? 1 : new TextEncoder().encode(character).length;
      const own = [...new Set(owners.slice(at, at + length))];
      at += length;
      if (character === '\ufffd' || own.length < 2) continue;
      own.forEach((token, i) => (found[token] ??= { character, part: i + 1, of: own.length }));
    }
  }
  CUT.set(tokens, found);
  return found;
}

/** Tokens as rows of a chart name them. */
export function rowNames(tokens: readonly { text: string }[]): string[] {
  const cut = pieces(tokens);
  return tokens.map(({ text }, i) => {
    const piece = cut[i];
    return piece ? `${piece.character}${piece.part}/${piece.of}` : text;
  });
}

/** The text that is explained: the prompt as far as the position, without what was put before it. */
export function promptText({ tokens, bos, position }: { tokens: readonly { text: string }[]; bos?: unknown; position: number }): string {
  const text = tokens.slice(bos ? 1 : 0, position + 1).map((token) => token.text).join('');
  return text.replace(/(?:\\x[0-9A-F]{2})+/g, decoded);
}

/** An error's message as a sentence. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // A message that begins with a file's name or an address keeps it as it is.
  const begun = text.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A file name from anything, no longer than every system takes: `gpt2-L2H5`. */
export function fileName(...parts: string[]): string {
  return parts.map((part) => middle(part).replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')).filter(Boolean).join('-');
}

function minus(x: string): string {
  return x.replaceAll('-', '−');
}

/** Which way a text is written, by its first letter. `dir="auto"` says that too, and takes Chromium a minute for 10 MB. */
export function direction(text: string): 'ltr' | 'rtl' {
  const first = /\p{L}/u.exec(text.slice(0, 1000))?.[0] ?? '';
  return /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(first) ? 'rtl' : 'ltr';
}
