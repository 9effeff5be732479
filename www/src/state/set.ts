import type { SetAttribution, SetEffects, SetPrompt, SetSources } from '../api/logitscope';
import type { Removable, Removal } from './effects';
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
  /** Whether every answer is compared with all tokens by their probability, as the question is, and not with what its prompt names. */
  byProbability: boolean;
  /** What is lost without each part, and by what it is replaced: only if it is asked for. */
  loses: boolean;
  removal: Removal;
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
    same: of.same[i] ?? 0,
    roles: looks.map(([role, { n, pattern, attribution }]) => ({ role, n, pattern: at(pattern, head), attribution: at(attribution, head) })),
    effect: lost && without >= 0 ? at(lost, without) : undefined,
  };
}

/** What one part adds in each prompt. */
export function valuesOf({ labels, attribution, n }: SetAttribution, i: number): number[] {
  return Array.from({ length: n }, (_, prompt) => attribution[prompt * labels.length + i] ?? NaN);
}

/** The mean logit (difference). */
export function wholeOf({ attributions }: Always): Moment {
  const { meanLogit = NaN, sdLogit = NaN } = attributions?.component ?? {};
  return { mean: meanLogit, sd: sdLogit };
}

/** How far each prompt's logit (difference) is from the mean, in standard deviations; 0 where all are the same. */
export function distances(always: Always): number[] {
  const { mean, sd } = wholeOf(always);
  return (always.attributions?.component.logit ?? []).map((logit) => (sd > 0 ? Math.abs(logit - mean) / sd : 0));
}

/** The tokens that a prompt names to compare with. */
export function namedBy({ incorrect }: SetPrompt): readonly (string | number)[] {
  return incorrect === undefined ? [] : [incorrect].flat();
}
