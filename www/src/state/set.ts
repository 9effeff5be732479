import type { AnsweredPrompt, SetAttribution, SetEffects, SetPrompt, SetSources } from '../api/logitscope';
import type { Removable } from './effects';
import { UNITS, type Shown } from './picture';
import type { Worked } from './work';

/** Prompts of which the same is asked. */
export interface PromptSet {
  /** What it is called: its preset, its file, or that it was typed. */
  name: string;
  prompts: readonly SetPrompt[];
}

/** What is known of a set by now. */
export interface Always extends Worked {
  set?: PromptSet;
  /** Of the prompts that are done. */
  attributions?: Readonly<Record<Shown, SetAttribution>>;
  /** How heads look at the tokens of roles, if there are any. */
  sources?: SetSources;
  /** What is lost without each part: only if it is asked for. */
  effects: Readonly<Partial<Record<Removable, SetEffects>>>;
}

/** A number over the prompts. */
export interface Moment {
  mean: number;
  /** Not a number of a single prompt. */
  sd: number;
}

/** What a part does over the prompts. */
export interface PartMoments extends Moment {
  unit: Shown;
  n: number;
  /** In how many prompts it has the sign of its mean. */
  same: number;
  /** How a head looks at the token of each role, and what it takes from there. */
  roles: { role: string; n: number; pattern: Moment; attribution: Moment }[];
  /** What is lost without it. */
  effect?: Moment;
}

export function meanOf(values: readonly number[]): Moment {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : NaN };
}

/** Of a part by its label; undefined for one that there is not. */
export function momentsOf({ attributions, sources, effects }: Always, label: string): PartMoments | undefined {
  const unit = UNITS.find((unit) => attributions?.[unit].labels.includes(label));
  const of = unit && attributions?.[unit];
  if (!unit || !of) return undefined;
  const i = of.labels.indexOf(label);
  const at = ({ mean, sd }: { mean: ArrayLike<number>; sd: ArrayLike<number> }, i: number): Moment => ({ mean: mean[i] ?? NaN, sd: sd[i] ?? NaN });
  const moment = at(of, i);
  const head = sources?.labels.indexOf(label) ?? -1;
  const looks = head < 0 ? [] : Object.entries(sources?.roles ?? {});
  const lost = unit === 'layer' ? undefined : effects[unit];
  const without = lost?.labels.indexOf(label) ?? -1;
  return {
    ...moment,
    unit,
    n: of.n,
    same: valuesOf(of, i).filter((value) => Math.sign(value) === Math.sign(moment.mean)).length,
    roles: looks.map(([role, { n, pattern, attribution }]) => ({ role, n, pattern: at(pattern, head), attribution: at(attribution, head) })),
    effect: lost && without >= 0 ? at(lost, without) : undefined,
  };
}

/** What one part adds in each prompt. */
export function valuesOf({ labels, attribution, n }: SetAttribution, i: number): number[] {
  return Array.from({ length: n }, (_, prompt) => attribution[prompt * labels.length + i] ?? NaN);
}

/** How far each prompt's logit (difference) is from the mean, in standard deviations; 0 where all are the same. */
export function distances(prompts: readonly AnsweredPrompt[]): number[] {
  const { mean, sd } = meanOf(prompts.map(({ logit }) => logit));
  return prompts.map(({ logit }) => (sd > 0 ? Math.abs(logit - mean) / sd : 0));
}

/** What was known of the first prompts of a set, and what is of those after them, as one. */
export function joined(before: SetAttribution | undefined, after: SetAttribution, done: number): SetAttribution {
  if (!before || before.n === 0) return shifted(after, done, before?.failed);
  if (after.n === 0) return { ...before, failed: [...before.failed, ...shifted(after, done).failed] };
  const rest = shifted(after, done, before.failed);
  const n = before.n + rest.n;
  const attribution = Float64Array.of(...before.attribution, ...rest.attribution);
  const whole = { ...rest, n, logit: [...before.logit, ...rest.logit], prompts: [...before.prompts, ...rest.prompts], attribution };
  const moments = whole.labels.map((_, i) => meanOf(valuesOf(whole, i)));
  return { ...whole, mean: Float64Array.from(moments, ({ mean }) => mean), sd: Float64Array.from(moments, ({ sd }) => sd) };
}

function shifted(of: SetAttribution, by: number, failed: SetAttribution['failed'] = []): SetAttribution {
  const moved = <T extends { index: number }>(each: readonly T[]) => each.map((one) => ({ ...one, index: one.index + by }));
  return { ...of, prompts: moved(of.prompts), failed: [...failed, ...moved(of.failed)] };
}
