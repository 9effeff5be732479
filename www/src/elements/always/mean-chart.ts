import { Chart } from '../../api/charts';
import type { SetAttribution } from '../../api/logitscope';
import type { Shown } from '../../state/picture';
import type { Always } from '../../state/set';
import { meanSubject } from '../../words/set';

/** A model's layers, and the heads of each. */
export type ModelShape = [number, number];

/** One unit's means over a set of prompts, with how they vary, each prompt as a dot if that is wanted, and what is lost without each part. */
export function meanChart(
  { attributions, effects, ...asked }: Pick<Always, 'set' | 'byProbability' | 'effects'> & { attributions?: Partial<Record<Shown, SetAttribution>> },
  unit: Shown,
  model: ModelShape,
  dots: boolean,
): Chart | undefined {
  const of = attributions?.[unit];
  if (!of?.n) return undefined;
  const chart = Chart.about(charted(of), { ...meanSubject(asked, of.n), model });
  chart.spread(of.n, of.sd);
  if (dots) chart.samples(of.attribution);
  const lost = unit === 'layer' ? undefined : effects[unit];
  if (lost?.n) chart.compare(lost.labels, lost.mean);
  return chart;
}

/** Means add up as what they are of does. */
function charted({ unit, labels, mean, meanLogit, bias, total, error }: SetAttribution) {
  return { unit, labels, attribution: mean, positions: [0], logit: [meanLogit], bias: [bias], total: [total], error: [error] };
}
