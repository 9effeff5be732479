import type { Effects } from '../api/charts';
import { numberOf, numbersOf, textsOf, unreadable, type Json } from './json';

/** Exported effects of one unit. */
export function effectsFrom(json: Json): Effects {
  const [unit, logit] = [json['unit'], numberOf(json, 'logit')];
  if (unit !== 'component' && unit !== 'head') throw unreadable(`\`unit\`: effects are of unit component or head, and not of ${JSON.stringify(unit) ?? 'none'}.`);
  if (logit === undefined) throw unreadable('`logit` is missing: what the model says with every part in place.');
  const labels = textsOf(json, 'labels');
  const all = (name: string) => {
    const numbers = numbersOf(json, name);
    if (numbers.length === labels.length) return numbers;
    throw unreadable(`\`${name}\` has ${numbers.length} numbers; ${labels.length} labels need as many.`);
  };
  return {
    unit,
    ablation: json['ablation'] === 'mean' ? 'mean' : 'zero',
    at: (json['at'] ?? null) as Effects['at'],
    position: numberOf(json, 'position') ?? 0,
    labels,
    logit,
    after: all('after'),
    effect: all('effect'),
    direct: all('direct'),
    renormalized: json['renormalized'] === undefined ? labels.map(() => NaN) : all('renormalized'),
  };
}
