import { LensTable, type Prediction } from '../api/charts';
import type { Lens } from '../api/logitscope';
import { isolate, promptText } from '../words/format';
import { knownWhen } from '../words/lens';
import { askedOf, modelOf, titleOf } from './asked';
import type { LensExhibit } from './exhibit';
import { isRecord, wholeNumbersOf, tableOf, texts, textsOf, unreadable, type Json } from './json';
import './lens-exhibit';

/** An exported lens. */
export function readLens(json: Json): LensExhibit {
  const lens = lensFrom(json);
  const asked = askedOf(json, lens.labels, lens.positions);
  if (asked.tokens.length <= Math.max(...lens.positions)) throw unreadable('`tokens` is missing: the prompt’s tokens, each with its text.');
  // A row is marked, whichever token the question was about.
  const position = lens.positions.includes(asked.position) ? asked.position : (lens.positions.at(-1) ?? 0);
  const table = new LensTable(lens, texts(asked.tokens), asked.known ? asked.answer.text : undefined);
  const seen = { ...asked, position };
  return {
    kind: 'lens',
    prompt: promptText({ ...asked, position: asked.tokens.length - 1 }),
    heading: titleOf(json) ?? (asked.known ? `When was ${isolate(asked.answer.text)} known?` : 'What would it say at each layer?'),
    note: knownWhen(lens, seen),
    model: modelOf(json),
    asked: seen,
    lens,
    table,
    free: () => table.free(),
  };
}

function lensFrom(json: Json): Lens {
  const [labels, positions, entropy, top] = [textsOf(json, 'labels'), wholeNumbersOf(json, 'positions'), tableOf(json, 'entropy'), json['top']];
  const shaped = (of: unknown): of is unknown[][] => Array.isArray(of) && of.length === labels.length && of.every((row) => Array.isArray(row) && row.length === positions.length);
  const answer = isRecord(json['answer']) && 'rank' in json['answer'] ? json['answer'] : undefined;
  const tables = { entropy, ...(answer && { probability: tableOf(answer, 'probability'), rank: tableOf(answer, 'rank') }) };
  for (const [name, of] of [['top', top] as const, ...Object.entries(tables)]) {
    if (!shaped(of)) throw unreadable(`\`${name}\` has not a row for each of ${labels.length} states, each with ${positions.length} positions.`);
  }
  const said = (top as unknown[][][]).every((row) => row.every((cell) => Array.isArray(cell) && cell.every((word) => isRecord(word) && typeof word['text'] === 'string')));
  if (!said) throw unreadable('`top` is not, by state and position, a list of tokens such as { "text": " John", "probability": 0.97 }.');
  const { probability, rank } = tables;
  return { labels, positions, entropy, top: top as Prediction[][][], ...(probability && rank && { answer: { probability, rank } }) };
}
