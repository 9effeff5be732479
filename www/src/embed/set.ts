import type { AnsweredPrompt, SetPrompt } from '../api/charts';
import type { SetAttribution } from '../api/logitscope';
import { meanChart } from '../elements/always/mean-chart';
import { REMOVABLE } from '../state/effects';
import { UNITS } from '../state/picture';
import { valuesOf } from '../state/set';
import { eachAddsUp, outcome } from '../words/set';
import { askedOf, modelOf, titleOf } from './asked';
import './attribution-exhibit';
import type { AttributionExhibit } from './exhibit';
import { isRecord, numberOf, numbersOf, textsOf, unreadable, type Json } from './json';

/** Rounding of numbers that were written in short, at most. */
const ROOM = 1e-4;

/** An exported set of prompts: means over them, with how they vary. */
export function readSet(json: Json): AttributionExhibit {
  const of = setFrom(json);
  const asked = askedOf({ contrast: json['contrast'] }, of.labels);
  const set = isRecord(json['set']) ? { name: String(json['set']['name'] ?? ''), prompts: (json['set']['prompts'] ?? []) as SetPrompt[] } : undefined;
  const lost = isRecord(json['effects']) && REMOVABLE.some((unit) => unit === of.unit) ? { [of.unit]: { ...json['effects'], mean: Float64Array.from(numbersOf(json['effects'], 'mean')) } } : {};
  const unit = UNITS.find((unit) => unit === of.unit);
  if (!unit) throw unreadable(`\`unit\` is ${JSON.stringify(of.unit) ?? 'missing'}, not one of ${UNITS.join(', ')}.`);
  const chart = meanChart({ set, byProbability: asked.byProbability, attributions: { [unit]: of }, effects: lost }, unit, [asked.layers, asked.heads], false);
  if (!chart) throw unreadable('`n` is 0: none of the prompts could be asked.');
  const means = of.labels.every((_, i) => isMean(of.mean[i] ?? NaN, valuesOf(of, i)));
  const line = means ? eachAddsUp(of) : '✗ The means are not those of the prompts: do not trust them.';
  return {
    kind: 'attribution',
    prompt: set?.name ?? '',
    heading: titleOf(json) ?? outcome({ set, byProbability: asked.byProbability }, of),
    model: modelOf(json),
    asked,
    explained: [{ numbers: { unit, labels: of.labels, attribution: of.mean, positions: [0], logit: [], bias: [], total: [], error: [] }, chart }],
    parts: [],
    identity: { exact: line.startsWith('✓'), line: line.slice(2) },
    free: () => chart.free(),
  };
}

function setFrom(json: Json): SetAttribution {
  const prompts = json['prompts'];
  if (!Array.isArray(prompts) || !prompts.every(isRecord)) throw unreadable('`prompts` is not the list of what was found of each prompt.');
  const [labels, n] = [textsOf(json, 'labels'), numberOf(json, 'n') ?? prompts.length];
  const all = (name: string, length: number) => {
    const numbers = numbersOf(json, name);
    if (numbers.length === length) return Float64Array.from(numbers);
    throw unreadable(`\`${name}\` has ${numbers.length} numbers, and not ${length}.`);
  };
  return {
    unit: json['unit'] as SetAttribution['unit'],
    labels,
    n,
    logit: [...all('logit', n)],
    meanLogit: numberOf(json, 'meanLogit') ?? NaN,
    sdLogit: numberOf(json, 'sdLogit') ?? NaN,
    error: numberOf(json, 'error') ?? NaN,
    bias: numberOf(json, 'bias') ?? NaN,
    total: numberOf(json, 'total') ?? NaN,
    mean: all('mean', labels.length),
    sd: all('sd', labels.length),
    same: Float64Array.from(json['same'] === undefined ? [] : numbersOf(json, 'same')),
    attribution: all('attribution', n * labels.length),
    prompts: prompts as unknown as AnsweredPrompt[],
    failed: [],
  };
}

function isMean(mean: number, values: readonly number[]): boolean {
  const sum = values.reduce((sum, value) => sum + value, 0);
  return Math.abs(mean - sum / values.length) <= ROOM * Math.max(...values.map(Math.abs));
}
