/** A value of a JSON text, and the line on which it begins. */
export interface Node {
  line: number;
  value: string | number | boolean | null | readonly Node[] | ReadonlyMap<string, Node>;
}

/** Lessons have no more; deeper ones would be a parser's, not a reader's. */
const DEPTH = 16;

const LITERALS = { true: true, false: false, null: null };

/**
 * Reads JSON as `JSON.parse` does, and remembers the lines, which no browser tells alike.
 *
 * @throws an error that begins with the line
 */
export function parseJson(text: string): Node {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;

  const fail = (expected: string): never => {
    const [found = ''] = text.slice(at, at + 2);
    const seen = found === '' ? 'the text ends' : `“${found === '\n' ? '\\n' : found}” stands`;
    throw new Error(`line ${line}: ${seen} where ${expected} is expected`);
  };
  const skip = () => {
    for (; ' \t\r\n'.includes(text[at] ?? 'x'); at += 1) if (text[at] === '\n') line += 1;
  };
  const take = (character: string) => {
    skip();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  const string = (expected: string): string => {
    skip();
    const begun = at;
    if (text[at] !== '"') fail(expected);
    const found = match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y);
    if (found !== undefined) return JSON.parse(found) as string;
    at = begun;
    throw new Error(`line ${line}: a text that begins here does not end on its line, or has a \\ before what is not escaped so`);
  };
  const list = <T>(end: string, item: () => T): T[] => {
    const items: T[] = [];
    if (take(end)) return items;
    do items.push(item());
    while (take(','));
    if (!take(end)) fail(`, or ${end}`);
    return items;
  };
  const value = (depth: number): Node => {
    skip();
    const begun = line;
    if (depth > DEPTH) throw new Error(`line ${line}: lists in lists, more than ${DEPTH} deep`);
    if (take('[')) return { line: begun, value: list(']', () => value(depth + 1)) };
    if (take('{')) {
      const fields = new Map<string, Node>();
      list('}', () => {
        const name = string('the name of a field, in "quotes",');
        if (fields.has(name)) throw new Error(`line ${line}: “${name}” is there twice`);
        if (!take(':')) fail(':');
        fields.set(name, value(depth + 1));
      });
      return { line: begun, value: fields };
    }
    if (text[at] === '"') return { line: begun, value: string('a text') };
    const number = match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) return { line: begun, value: Number(number) };
    const word = match(/true|false|null/y);
    if (word !== undefined) return { line: begun, value: LITERALS[word as keyof typeof LITERALS] };
    return fail('a value');
  };

  const all = value(1);
  skip();
  if (at < text.length) fail('the end');
  return all;
}
