import type { Ask, Lesson, Reference, Shown, Step } from '../state/lesson';
import { parseLink } from '../state/link';
import { parseJson, type Node } from './json';

export const FORMAT = 'logitscope-lesson 1';

/** Of a lesson's file; the longest of the course has a tenth of it. */
export const MAX_BYTES = 200_000;

/**
 * Reads a lesson. All of it is checked before any of it is shown.
 *
 * @throws an error that names the line of what is wrong, and says what would be right
 */
export function readLesson(text: string): Lesson {
  const lesson = fieldsOf(parseJson(text), 'a lesson', ['format', 'title', 'about', 'steps', 'sources']);
  const format = lesson('format', (node) => (node.value === FORMAT ? FORMAT : wrong(node, 'format', `"${FORMAT}"`)));
  if (!format) throw new Error(`line 1: there is no “format”: a lesson has "format": "${FORMAT}"`);
  return {
    title: lesson.must('title', words(80)),
    about: lesson('about', words(300)) ?? '',
    steps: lesson.must('steps', listOf('steps', 1, 40, step)),
    sources: lesson('sources', listOf('sources', 0, 40, reference)) ?? [],
  };
}

function step(node: Node): Step {
  const fields = fieldsOf(node, 'a step', ['text', 'state', 'ask', 'claims']);
  const asked = fields('ask', ask);
  return { ...shown(fields), ...(asked && { ask: asked }) };
}

function ask(node: Node): Ask {
  const fields = fieldsOf(node, 'ask', ['question', 'choices', 'answer', 'then']);
  const choices = fields.must('choices', listOf('choices', 2, 6, (choice) => words(120)(choice, 'a choice')));
  return {
    question: fields.must('question', words(400)),
    choices,
    answer: fields.must('answer', (node) => {
      const { value } = node;
      const isOne = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < choices.length;
      return isOne ? value : wrong(node, 'answer', `the index of the choice that is right, 0 to ${choices.length - 1}`);
    }),
    then: fields.must('then', (node) => shown(fieldsOf(node, 'then', ['text', 'state', 'claims']))),
  };
}

function shown(fields: Fields): Shown {
  return { text: fields.must('text', words(1000)), state: fields.must('state', link) };
}

/** What stands after # in a link of the page, or all of that link. */
function link(node: Node, name: string): string {
  const right = 'what stands after # in a link of this page, such as "prompt=The+capital+of+France+is&answer=+Paris"';
  const text = words(10_000)(node, name);
  const state = text.slice(text.indexOf('#') + 1);
  const parsed = parseLink(state);
  const fields = new URLSearchParams(state);
  // A frame's view has no lesson, and a lesson's step is none of another.
  if (!parsed || parsed.view.embed || ['lesson', 'step', 'said'].some((place) => fields.has(place))) return wrong(node, name, right);
  if (parsed.notice) throw new Error(`line ${node.line}: ${parsed.notice}`);
  return state;
}

function reference(node: Node): Reference {
  const fields = fieldsOf(node, 'a source', ['text', 'url']);
  return {
    text: fields.must('text', words(300)),
    url: fields.must('url', (node) => {
      const url = typeof node.value === 'string' && URL.canParse(node.value) ? new URL(node.value) : undefined;
      return url && /^https?:$/.test(url.protocol) ? url.href : wrong(node, 'url', 'an address that begins with https://');
    }),
  };
}

type Read<T> = (node: Node, name: string) => T;

/** The fields of an object: undefined for one that is not there, unless there must be. */
interface Fields {
  <T>(name: string, read: Read<T>): T | undefined;
  must<T>(name: string, read: Read<T>): T;
}

function fieldsOf(node: Node, what: string, known: readonly string[]): Fields {
  const { value } = node;
  if (!(value instanceof Map)) return wrong(node, what, `an object with ${known.map((name) => `"${name}"`).join(', ')}`);
  const fields = value as ReadonlyMap<string, Node>;
  for (const [name, { line }] of fields) {
    if (!known.includes(name)) throw new Error(`line ${line}: ${what} has no “${clipped(name)}”; it has ${known.join(', ')}`);
  }
  const get = <T>(name: string, read: Read<T>) => {
    const field = fields.get(name);
    return field && read(field, name);
  };
  return Object.assign(get, {
    must<T>(name: string, read: Read<T>): T {
      const field = fields.get(name);
      if (!field) throw new Error(`line ${node.line}: ${what} that begins here has no “${name}”`);
      return read(field, name);
    },
  });
}

function words(most: number): Read<string> {
  return (node, name) => {
    const { value } = node;
    const isText = typeof value === 'string' && value.trim() !== '' && value.length <= most;
    return isText ? value : wrong(node, name, `a text in "quotes" of 1 to ${most} characters`);
  };
}

function listOf<T>(what: string, least: number, most: number, read: (node: Node) => T): Read<T[]> {
  return (node) => {
    const { value } = node;
    const isList = Array.isArray(value) && value.length >= least && value.length <= most;
    return isList ? (value as readonly Node[]).map(read) : wrong(node, what, `a list of ${least} to ${most}, in [ ]`);
  };
}

function wrong({ line, value }: Node, name: string, right: string): never {
  const is = value instanceof Map ? 'an object' : Array.isArray(value) ? `a list of ${value.length}` : clipped(JSON.stringify(value));
  throw new Error(`line ${line}: “${name}” is ${is}; it should be ${right}`);
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
