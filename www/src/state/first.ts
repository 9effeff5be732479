import firstJson from '../first-answer.json';
import type { Unit } from '../api/logitscope';
import type { Numbers, Picture } from './picture';
import { presets } from './presets';
import { isPreset, type Question } from './question';
import { BUNDLED } from './source';

/** Whether a question is the one that the page opens with. */
export function isFirst(question: Question): boolean {
  const [first] = presets;
  const { prependBos, generated, position, trail } = question;
  return first !== undefined && isPreset(first, question) && prependBos && generated.length === 0 && position === null && trail.length === 0;
}

/** The bundled model's answer to it, which comes with the page: `examples/first_answer` computes it. */
export function firstAnswer(): Omit<Picture, 'attributions' | 'charts'> & { all: Numbers[] } {
  const { expected, attributions, ...answered } = firstJson;
  const [answer, incorrect] = expected;
  if (!answer) throw new Error('first-answer.json expects nothing of the answer');
  const all = attributions.map(({ unit, attribution, ...numbers }) => ({ ...numbers, unit: unit as Unit, attribution: Float64Array.from(attribution) }));
  return { ...answered, source: BUNDLED, trail: [], at: answered.position, answer, incorrect, more: [], byProbability: false, all };
}
