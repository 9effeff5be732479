import { Chart, type Charted, type Subject } from '../api/charts';
import { SIDES } from '../state/compared';
import { UNITS } from '../state/picture';
import { addsUp } from '../words/depth';
import { promptText, signed } from '../words/format';
import { identityLine } from '../words/identity';
import { SIDE_NAMES } from '../words/patching';
import { asked as question } from '../words/trail';
import { askedOf, modelOf, subjectFrom, titleOf } from './asked';
import './attribution-exhibit';
import { effectsFrom } from './effects-json';
import type { AttributionExhibit, Explained } from './exhibit';
import { factorsOf, isRecord, numbersOf, textOf, textsOf, tokensOf, unreadable, wholeNumbersOf, type Json } from './json';

/** Numbers as they are charted, and whether whoever wrote them says that they add up, or did not say to what. */
export type Numbers = Charted & { exact?: boolean; unchecked?: true };

/** Charts of answers to the same question, and of its parts. All or none are made. */
export function attributionExhibit(
  of: Omit<AttributionExhibit, 'kind' | 'explained' | 'parts' | 'identity' | 'free'>,
  subjects: readonly Subject[],
  numbers: readonly Numbers[],
  apart: readonly Numbers[] = [],
): AttributionExhibit {
  const charts: Chart[] = [];
  let freed = false;
  const free = () => {
    freed = true;
    charts.splice(0).forEach((chart) => chart.free());
  };
  const explained = (each: Numbers, i: number): Explained => {
    const chart = Chart.about(each, subjects[i] ?? subjects[0]!);
    charts.push(chart);
    if (of.effects?.unit === each.unit) chart.compare(of.effects.labels, Float64Array.from(of.effects.effect));
    return { numbers: each, chart };
  };
  try {
    const whole = numbers.map(explained);
    // Of one question, one scale for each unit.
    for (const { numbers, chart } of whole) for (const other of whole) if (other.numbers.unit === numbers.unit) chart.widen(...other.chart.span);
    const parts = apart.map((each) => explained(each, 0));
    const exact = [...whole, ...parts].every(({ numbers, chart }) => (numbers as Numbers).exact !== false && chart.addsUp);
    const last = whole.at(-1)?.numbers;
    const unchecked = whole.some(({ numbers }) => (numbers as Numbers).unchecked);
    const identity = last && !unchecked && { exact, line: last.of === undefined ? identityLine(of.asked, { ...last, exact }) : addsUp({ ...last, exact }) };
    const { takeApart } = of;
    return {
      ...of,
      note: unchecked ? `The parts add up to ${signed(last?.total[0] ?? NaN)}. That is not checked: their logit did not come with them.` : of.note,
      kind: 'attribution',
      explained: whole,
      parts,
      identity: identity || undefined,
      free,
      takeApart:
        takeApart &&
        (async (label) => {
          const part = await takeApart(label);
          if (freed) part?.chart.free();
          else if (part) charts.push(part.chart);
          return freed ? undefined : part;
        }),
    };
  } catch (error) {
    free();
    throw error;
  }
}

/** Charts stand in the order that the page has them in. */
const DEPTH: readonly string[] = UNITS;

/** An exported attribution, with others of the same question that stand in `also`; or one of two sentences and their difference. */
export function readAttribution(json: Json): AttributionExhibit {
  const all = isRecord(json['difference']) ? sides(json) : [json, ...alsoOf(json)].map(numbersFrom);
  const labels = all.flatMap(({ labels }) => labels);
  const asked = askedOf(json, labels, all[0]?.positions);
  const subject = subjectFrom(json, asked);
  const apart = all.filter(({ of }) => of !== undefined && all[0]?.of === undefined);
  const whole = all.filter((numbers) => !apart.includes(numbers)).sort((a, b) => DEPTH.indexOf(a.unit) - DEPTH.indexOf(b.unit));
  const second = tokensOf(json, 'corrupted_tokens');
  const compared = whole.length === SIDES.length && isRecord(json['difference']);
  const subjects = compared ? SIDES.map((side) => ({ ...subject, which: SIDE_NAMES[side] })) : [second.length ? { ...subject, which: SIDE_NAMES.difference } : subject];
  const of = {
    prompt: promptText(asked),
    heading: titleOf(json) ?? (asked.known ? question(asked) : ''),
    note: second.length ? `Compared with “${promptText({ ...asked, tokens: second })}”` : undefined,
    model: modelOf(json),
    asked,
    effects: isRecord(json['effects']) ? effectsFrom(json['effects']) : undefined,
  };
  return attributionExhibit(of, subjects, whole, apart);
}

function alsoOf(json: Json): Json[] {
  const also = json['also'] ?? [];
  if (Array.isArray(also) && also.every(isRecord)) return also;
  throw unreadable('`also` is not a list of attributions.');
}

/** Both sentences' and their difference, as the page writes them. */
function sides(json: Json): Numbers[] {
  const { unit, labels, position } = json;
  return SIDES.map((side) => {
    const of = json[side];
    if (!isRecord(of)) throw unreadable(`\`${side}\` is missing: an answer that has a difference has clean, corrupted and difference.`);
    return numbersFrom({ ...of, unit, labels, positions: [position] });
  });
}

const IDENTITY = ['logit', 'bias', 'total', 'error'];

/** At the last of its positions, if it has several. */
function numbersFrom(json: Json): Numbers {
  const [labels, positions, attribution] = [textsOf(json, 'labels'), wholeNumbersOf(json, 'positions'), numbersOf(json, 'attribution')];
  const last = positions.length - 1;
  if (attribution.length !== labels.length * positions.length) {
    throw unreadable(`\`attribution\` has ${attribution.length} numbers; ${labels.length} labels at ${positions.length} positions need ${labels.length * positions.length}.`);
  }
  const at = (name: string) => numbersOf(json, name).slice(last, last + 1);
  const values = attribution.filter((_, i) => i % positions.length === last);
  // Attributions of others come without a logit: then they are what they add up to.
  const unchecked = !IDENTITY.some((name) => name in json);
  const sum = json['unit'] === 'layer' ? (values.at(-1) ?? 0) : values.reduce((sum, value) => sum + value, 0);
  const identity = unchecked ? { logit: [sum], bias: [0], total: [sum], error: [0], unchecked } : { logit: at('logit'), bias: at('bias'), total: at('total'), error: at('error') };
  return {
    // What units there are, the charts know.
    unit: textOf(json, 'unit') as Numbers['unit'],
    of: textOf(json, 'of'),
    labels,
    attribution: values,
    pattern: factorsOf(json, 'pattern') as number[] | undefined,
    activation: factorsOf(json, 'activation'),
    positions: positions.slice(last),
    ...identity,
    exact: json['exact'] as boolean | undefined,
  };
}
