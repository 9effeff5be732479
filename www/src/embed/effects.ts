import { Scatter, type Effects } from '../api/charts';
import { REMOVABLE, type Removable } from '../state/effects';
import { baselineOf } from '../words/effects';
import { promptText } from '../words/format';
import { asked as question } from '../words/trail';
import { askedOf, modelOf, subjectFrom, titleOf } from './asked';
import './effects-exhibit';
import { effectsFrom } from './effects-json';
import type { EffectsExhibit } from './exhibit';
import { isRecord, type Json } from './json';

/** Rounding of numbers that were written in short, at most. */
const ROOM = 1e-4;

/** Exported effects: of one unit, as the terminal program writes them, or of both. */
export function readEffects(json: Json): EffectsExhibit {
  const units = REMOVABLE.filter((unit) => isRecord(json[unit]));
  const all = units.length ? units.map((unit) => effectsFrom(json[unit] as Json)) : [effectsFrom(json)];
  const effects: Partial<Record<Removable, Effects>> = Object.fromEntries(all.map((of) => [of.unit, of]));
  const labels = all.flatMap(({ labels }) => labels);
  const asked = askedOf({ ...json, position: json['position'] ?? all[0]?.position }, labels);
  // What is wrong with it is found before anything is shown.
  new Scatter(labels, Float64Array.from(all.flatMap(({ direct }) => direct)), Float64Array.from(all.flatMap(({ effect }) => effect)), subjectFrom(json, asked)).free();
  const exact = all.every(consistent);
  return {
    kind: 'effects',
    prompt: promptText(asked),
    heading: titleOf(json) ?? question(asked),
    note: `What is lost without each part, alone, with ${all[0] ? baselineOf(all[0], asked) : 'nothing in its place'}.`,
    model: modelOf(json),
    asked,
    effects,
    identity: exact ? undefined : { exact, line: 'Some effects are not what the logit changes by: do not trust them.' },
    free: () => {},
  };
}

function consistent({ logit, after, effect }: Effects): boolean {
  return effect.every((lost, i) => {
    const off = Math.abs(lost - (logit - (after[i] ?? NaN)));
    return Number.isNaN(off) || off <= ROOM * (Math.abs(logit) + Math.abs(after[i] ?? 0));
  });
}
