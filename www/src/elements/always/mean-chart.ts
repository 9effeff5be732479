import { Chart } from '../../api/charts';
import type { SetAttribution } from '../../api/logitscope';
import type { Shown } from '../../state/picture';
import { meanOf, type Always } from '../../state/set';
import { meanName } from '../../words/set';

/** A model's layers, and the heads of each. */
export type ModelShape = [number, number];

/** One unit's means over a set of prompts, with how they vary, each prompt as a dot if that is wanted, and what is lost without each part. */
export function meanChart(
  { set, attributions, effects }: Pick<Always, 'set' | 'effects'> & { attributions?: Partial<Record<Shown, SetAttribution>> },
  unit: Shown,
  model: ModelShape,
  dots: boolean,
): Chart | undefined {
  const of = attributions?.[unit];
  if (!of?.n) return undefined;
  const chart = Chart.about(charted(of), { answer: meanName(set, of.n), mean: true, model });
  chart.spread(of.n, of.sd);
  if (dots) chart.samples(of.attribution);
  const lost = unit === 'layer' ? undefined : effects[unit];
  if (lost?.n) chart.compare(lost.labels, lost.mean);
  return chart;
}

/** Means add up as what they are of does: what is left beside the parts is the mean bias. */
function charted({ unit, labels, mean, logit }: SetAttribution) {
  const total = unit === 'layer' ? (mean.at(-1) ?? 0) : mean.reduce((sum, value) => sum + value, 0);
  const whole = meanOf(logit).mean;
  return { unit, labels, attribution: mean, positions: [0], logit: [whole], bias: [whole - total], total: [total], error: [0] };
}
