import type { Asked } from '../state/asked';
import { inOwnUnit } from '../state/trail';
import { decimals, scientific } from './format';
import { wholeName } from './trail';

/** Numbers that should add up. */
interface Sum {
  total: readonly number[];
  logit: readonly number[];
  bias: readonly number[];
  error: readonly number[];
  exact: boolean;
}

/** What parts add up to, in a sentence: `The parts add up: +15.850 = logit difference +15.700 − b_U (−0.150), to 1.4e−7.` */
export function identityLine(asked: Asked, { total: [sum = NaN], logit: [whole = NaN], bias: [b = NaN], error: [off = NaN], exact }: Sum): string {
  const bias = inOwnUnit(asked.trail) ? 'bias' : 'b_U';
  return `${exact ? 'The parts add up' : 'The parts do not add up'}: ${decimals(sum)} = ${wholeName(asked)} ${decimals(whole)} − ${bias} (${decimals(b)}), to ${scientific(off)}.`;
}
