import type { Exhibit } from './exhibit';
import { isRecord, unreadable, type Json } from './json';

type Read = (json: Json) => Exhibit;

const attribution = async (): Promise<Read> => (await import('./attribution')).readAttribution;
const effects = async (): Promise<Read> => (await import('./effects')).readEffects;

/**
 * What tells one kind of answer from another, fields that no other has, and what reads it: only that is fetched. What is listed first is asked
 * first.
 */
const KINDS: readonly { fields: readonly string[]; reader: () => Promise<Read> }[] = [
  { fields: ['top', 'entropy'], reader: async () => (await import('./lens')).readLens },
  { fields: ['site', 'shape'], reader: async () => (await import('./patching')).readPatching },
  { fields: ['mean', 'sd'], reader: async () => (await import('./set')).readSet },
  { fields: ['after', 'effect'], reader: effects },
  { fields: ['component', 'head'], reader: effects },
  { fields: ['clean', 'corrupted', 'difference'], reader: attribution },
  { fields: ['unit', 'attribution'], reader: attribution },
];

/**
 * Reads an answer as the page downloads it, and as the terminal program prints it with `--format json`. Charts have to be ready.
 *
 * @throws an error that says what was expected
 */
export async function read(json: unknown): Promise<Exhibit> {
  if (!isRecord(json)) throw unreadable(`This JSON is ${Array.isArray(json) ? 'a list' : String(json).slice(0, 40)}, not an answer of Logitscope.${EXPECTED}`);
  const kind = KINDS.find(({ fields }) => fields.every((field) => field in json));
  if (kind) return (await kind.reader())(json);
  const fields = Object.keys(json).slice(0, 8).map((field) => field.slice(0, 40));
  throw unreadable(`This JSON is not an answer of Logitscope: it has ${fields.length ? `the fields ${fields.join(', ')}` : 'no fields'}.${EXPECTED}`);
}

const EXPECTED = ' An attribution, a lens, effects, patching or a set is, as the page downloads it or the terminal prints it with --format json.';
