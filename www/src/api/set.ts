import { checkIds, checkObject, checkOptions, checkPosition, checkToken, checkTokens, wrong } from './arguments.js';
import { WORKING, work, type Call, type Working } from './work.js';
import type { AnsweredPrompt, FailedPrompt, Removal, SetPrompt, SetQuestion, SetTables, Unit } from '../wasm/model.js';

/** How the prompts of a set are read and asked. */
export interface SetOptions {
  /** After which position of each prompt, counted from the end if negative. Default -1. */
  position?: number;
  /** What every answer is compared with, in place of the prompts' own tokens: all tokens by their probability, as in {@link Run.attribute}. */
  contrast?: 'log-probability';
  /** Whether texts begin with the model's beginning-of-sequence token. Default true. */
  prependBos?: boolean;
}

/** What a set of prompts comes to. */
export interface SetAnswer {
  /** How many prompts could be asked. */
  n: number;
  /** The logit (difference) of each of those. */
  logit: number[];
  /** The mean of those; not a number of none. */
  meanLogit: number;
  /** Their sample's standard deviation, with n - 1; not a number of a single prompt. */
  sdLogit: number;
  /** The largest distance of any prompt's parts from the identity, by any of the units that are asked for together; 0 where nothing was taken apart. */
  error: number;
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
  /** In how many prompts it has the sign of its mean. [label] */
  same: Float64Array;
  /** The mean share of the logit (difference) that no part produced. */
  bias: number;
  /** What the parts add up to, on the mean: `meanLogit - bias`, but for rounding. For `layer` the last of them. */
  total: number;
  /** What each part adds in each prompt that could be asked. Row-major [prompt, label]. */
  attribution: Float64Array;
}

/** The total effects of parts over many prompts. */
export interface SetEffects extends Omit<SetAttribution, 'attribution' | 'unit' | 'bias' | 'total'> {
  unit: 'component' | 'head';
  /** What each part itself adds. */
  direct: Moments;
  /** What is lost without each part, in each prompt that could be asked. Row-major [prompt, label]. */
  effect: Float64Array;
}

/** Mean and sample's standard deviation. [label] */
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

const SET_OPTIONS = { ...WORKING, position: 'number', contrast: 'text', prependBos: 'flag' } as const;
const NUMBERS = new Float64Array();
const NONE = { labels: '', n: 0, mean: NUMBERS, sd: NUMBERS, same: NUMBERS, values: NUMBERS, bias: NaN, total: NaN };

/** Asks a set, and shapes what is known of it, at its end and on the way. */
async function ask<T>(
  call: Call,
  prompts: readonly SetPrompt[],
  question: SetQuestion,
  options: SetOptions & Working<T>,
  shape: (known: SetTables) => T,
): Promise<T> {
  checkOptions(options, SET_OPTIONS);
  const { position = -1, contrast, prependBos = true, signal, onProgress } = options;
  checkPosition(position);
  const text = JSON.stringify(checkPrompts(prompts), (_, value: unknown) => (typeof value === 'string' ? wellFormed(value) : value));
  return work(call, (service) => service.askAll(text, { ...question, position, prependBos, ...(contrast && { contrast }) }), { signal, onProgress }, shape);
}

const answer = ({ prompts, failed, meanLogit, sdLogit, error }: SetTables): SetAnswer => ({
  n: prompts.length,
  logit: prompts.map(({ logit }) => logit),
  meanLogit,
  sdLogit,
  error,
  prompts,
  failed,
});

/** @internal */
export function attributeAll(call: Call, prompts: readonly SetPrompt[], units: readonly Unit[], options: SetOptions & Working<SetAttribution[]>): Promise<SetAttribution[]> {
  return ask(call, prompts, { measure: 'parts', unit: units }, options, (known) =>
    units.map((unit) => {
      const { labels, mean, sd, same, values, bias = NaN, total = NaN } = known.tables.find(({ name }) => name === unit) ?? NONE;
      return { ...answer(known), unit, labels: listed(labels), mean, sd, same, bias, total, attribution: values };
    }),
  );
}

/** @internal */
export function effectsAll(call: Call, prompts: readonly SetPrompt[], removal: Removal & { unit: 'component' | 'head' }, options: SetOptions & Working<SetEffects>): Promise<SetEffects> {
  return ask(call, prompts, { measure: 'effects', ...removal }, options, (known) => {
    const [effect = NONE, direct = NONE] = known.tables;
    const { labels, mean, sd, same, values } = effect;
    return { ...answer(known), unit: removal.unit, labels: listed(labels), mean, sd, same, effect: values, direct: { mean: direct.mean, sd: direct.sd } };
  });
}

/** @internal */
export function sourcesAll(call: Call, prompts: readonly SetPrompt[], options: SetOptions & Working<SetSources>): Promise<SetSources> {
  return ask(call, prompts, { measure: 'sources' }, options, (known) => {
    // Their names are the reader's: one may be that of something which every object has.
    const roles = new Map<string, RoleSources>();
    for (const { name, role = '', n, mean, sd } of known.tables) {
      const nothing: Moments = { mean: NUMBERS, sd: NUMBERS };
      const of = roles.get(role) ?? { n, pattern: nothing, attribution: nothing };
      roles.set(role, of);
      of[name === 'pattern' ? 'pattern' : 'attribution'] = { mean, sd };
    }
    return { ...answer(known), labels: listed(known.tables[0]?.labels ?? ''), roles: Object.fromEntries(roles) };
  });
}

const listed = (labels: string) => (labels === '' ? [] : labels.split(' '));

/** Prompts as they cross to the worker. What is wrong with their texts and tokens, the model finds. */
function checkPrompts(prompts: readonly SetPrompt[]): SetPrompt[] {
  const what = "a list of prompts such as { prompt: 'The capital of France is', answer: ' Paris' }";
  if (!Array.isArray(prompts)) throw wrong('prompts', prompts, what);
  return prompts.map((given: SetPrompt, i) => {
    const name = `prompts[${i}]`;
    checkObject(name, given, "{ prompt: 'The capital of France is', answer: ' Paris' }");
    const { prompt, tokens, answer, incorrect, roles } = given;
    checkToken(`${name}.answer`, answer);
    if (incorrect !== undefined && incorrect !== null) checkTokens(`${name}.incorrect`, incorrect);
    if (tokens === undefined && typeof prompt !== 'string') throw wrong(`${name}.prompt`, prompt, 'text, and there are no tokens');
    if (tokens !== undefined && prompt !== undefined) throw wrong(name, given, 'one prompt: it has both text and tokens');
    for (const [role, token] of Object.entries(roles ?? {})) {
      if (typeof token !== 'string' && !Number.isInteger(token)) throw wrong(`${name}.roles.${role}`, token, 'a text of the prompt, or a position');
    }
    return { ...(tokens === undefined ? { prompt } : { tokens: checkIds(`${name}.tokens`, tokens) }), answer, incorrect, roles };
  });
}

/** As a text crosses to the worker otherwise: half a pair of UTF-16 stands for no character. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
