import { checkIds, checkOptions, checkPosition, checkToken, wrong } from './arguments.js';
import { WORKING, work, type Call, type Working } from './work.js';
import type { AnsweredPrompt, FailedPrompt, Removal, SetPrompt, SetQuestion, SetTables, Unit } from '../wasm/model.js';

/** How the prompts of a set are read and asked. */
export interface SetOptions {
  /** After which position of each prompt, counted from the end if negative. Default -1. */
  position?: number;
  /** Whether texts begin with the model's beginning-of-sequence token. Default true. */
  prependBos?: boolean;
}

/** What a set of prompts comes to. */
export interface SetAnswer {
  /** How many prompts could be asked. */
  n: number;
  /** The logit (difference) of each of those. */
  logit: number[];
  /** Those that could be asked, in their order. */
  prompts: AnsweredPrompt[];
  /** Those that could not, and why. */
  failed: FailedPrompt[];
}

/** The parts of many prompts' logits (or differences of two). */
export interface SetAttribution extends SetAnswer {
  unit: Unit;
  /** As `Attribution.labels`; none before the first prompt is done. */
  labels: string[];
  /** The mean of what each part adds. [label] */
  mean: Float64Array;
  /** The sample's standard deviation of that, with n - 1; not a number of a single prompt. [label] */
  sd: Float64Array;
  /** What each part adds in each prompt that could be asked. Row-major [prompt, label]. */
  attribution: Float64Array;
}

/** The total effects of parts over many prompts. */
export interface SetEffects extends Omit<SetAttribution, 'attribution' | 'unit'> {
  unit: 'component' | 'head';
  /** What is lost without each part, in each prompt that could be asked. Row-major [prompt, label]. */
  effect: Float64Array;
}

/** Mean and sample's standard deviation. [head] */
export interface Moments {
  mean: Float64Array;
  sd: Float64Array;
}

/** How heads look at the tokens of a role, and what they take from them. */
export interface RoleSources {
  /** How many of the prompts have the role. */
  n: number;
  /** The attention that each head pays. */
  pattern: Moments;
  /** What it takes from there, of the logit (difference). */
  attribution: Moments;
}

/** How heads look at the tokens of roles over many prompts. */
export interface SetSources extends SetAnswer {
  /** All heads, layer by layer. */
  labels: string[];
  roles: Record<string, RoleSources>;
}

const SET_OPTIONS = { ...WORKING, position: 'number', prependBos: 'flag' } as const;
const NONE = { labels: '', n: 0, mean: new Float64Array(), sd: new Float64Array(), values: new Float64Array() };

/** Asks a set, and shapes what is known of it, at its end and on the way. */
async function ask<T>(
  call: Call,
  prompts: readonly SetPrompt[],
  question: SetQuestion,
  options: SetOptions & Working<T>,
  shape: (known: SetTables) => T,
): Promise<T> {
  checkOptions(options, SET_OPTIONS);
  const { position = -1, prependBos = true, signal, onProgress } = options;
  checkPosition(position);
  const text = JSON.stringify(checkPrompts(prompts));
  return work(call, (service) => service.askAll(text, { ...question, position, prependBos }), { signal, onProgress }, shape);
}

const answer = ({ prompts, failed }: SetTables): SetAnswer => ({ n: prompts.length, logit: prompts.map(({ logit }) => logit), prompts, failed });

/** @internal */
export function attributeAll(call: Call, prompts: readonly SetPrompt[], units: readonly Unit[], options: SetOptions & Working<SetAttribution[]>): Promise<SetAttribution[]> {
  return ask(call, prompts, { measure: 'parts', unit: units }, options, (known) =>
    units.map((unit) => {
      const { labels, mean, sd, values } = known.tables.find(({ name }) => name === unit) ?? NONE;
      return { ...answer(known), unit, labels: listed(labels), mean, sd, attribution: values };
    }),
  );
}

/** @internal */
export function effectsAll(call: Call, prompts: readonly SetPrompt[], removal: Removal & { unit: 'component' | 'head' }, options: SetOptions & Working<SetEffects>): Promise<SetEffects> {
  return ask(call, prompts, { measure: 'effects', ...removal }, options, (known) => {
    const { labels, mean, sd, values } = known.tables[0] ?? NONE;
    return { ...answer(known), unit: removal.unit, labels: listed(labels), mean, sd, effect: values };
  });
}

/** @internal */
export function sourcesAll(call: Call, prompts: readonly SetPrompt[], options: SetOptions & Working<SetSources>): Promise<SetSources> {
  return ask(call, prompts, { measure: 'sources' }, options, (known) => {
    const roles: Record<string, RoleSources> = {};
    for (const { name, role = '', n, mean, sd } of known.tables) {
      const nothing: Moments = { mean: NONE.mean, sd: NONE.sd };
      const of = (roles[role] ??= { n, pattern: nothing, attribution: nothing });
      of[name === 'pattern' ? 'pattern' : 'attribution'] = { mean, sd };
    }
    return { ...answer(known), labels: listed(known.tables[0]?.labels ?? ''), roles };
  });
}

const listed = (labels: string) => (labels === '' ? [] : labels.split(' '));

/** Prompts as they cross to the worker. What is wrong with their texts and tokens, the model finds. */
function checkPrompts(prompts: readonly SetPrompt[]): SetPrompt[] {
  const what = "a list of prompts such as { prompt: 'The capital of France is', answer: ' Paris' }";
  if (!Array.isArray(prompts)) throw wrong('prompts', prompts, what);
  return prompts.map((given: SetPrompt, i) => {
    const name = `prompts[${i}]`;
    if (typeof given !== 'object' || given === null) throw wrong(name, given, "a prompt such as { prompt: 'The capital of France is', answer: ' Paris' }");
    const { prompt, tokens, answer, incorrect, roles } = given;
    checkToken(`${name}.answer`, answer);
    if (incorrect !== undefined && incorrect !== null) checkToken(`${name}.incorrect`, incorrect);
    if (tokens === undefined && typeof prompt !== 'string') throw wrong(`${name}.prompt`, prompt, 'text, and there are no tokens');
    return { ...(tokens === undefined ? { prompt } : { tokens: checkIds(`${name}.tokens`, tokens) }), answer, incorrect, roles };
  });
}
