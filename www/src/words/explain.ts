import headsJson from '../heads.json';
import type { Picture } from '../state/picture';
import { sourceName } from '../state/source';
import { inOwnUnit } from '../state/trail';
import { namedTokens } from '../state/contrast';
import { than } from './contrast';
import { isolate, percent, place } from './format';

/** What the numbers are, in words, where they stand. */

/** What was found, before any part is selected. */
export function overview(picture: Picture): string {
  const { answer, more, byProbability, attributions } = picture;
  const [logit = 0] = attributions.component.logit;
  const compared = than(picture);
  if (compared === undefined) return `The logit of ${isolate(answer.text)}, above the mean over the vocabulary.`;
  return `The logit of ${isolate(answer.text)} is so much ${logit < 0 ? 'lower' : 'higher'} than ${more.length ? compared : byProbability ? 'the mean of all, by probability' : `that of ${compared}`}.`;
}

/** Which way a value pushes. */
export function direction(value: number, { answer, incorrect, more, byProbability, trail }: Picture): string {
  if (inOwnUnit(trail)) return value === 0 ? 'changes nothing' : value > 0 ? 'raises it' : 'lowers it';
  if (value === 0) return 'pushes neither way';
  if (value > 0) return `pushes towards ${isolate(answer.text)}`;
  if (more.length || byProbability) return 'pushes towards the others';
  return incorrect ? `pushes towards ${isolate(incorrect.text)}` : `pushes away from ${isolate(answer.text)}`;
}

/** Where a head of the bundled model looks, found over many prompts. `evaluate_bundled --heads` writes them. */
interface Found {
  head: string;
  /** What the literature calls such a head. */
  name?: string;
  looks: string;
  mean: number;
  deviation: number;
  prompts: number;
}
const found: Found[] = headsJson;

/** What a head of the bundled model is known for, if it is known for anything. */
export function knownFor(label: string): string | undefined {
  const of = found.filter(({ head }) => head === label);
  const [first] = of;
  if (!first) return undefined;
  const ways = of.map(({ name, looks, mean, deviation }) => {
    const paid = `${Math.round(100 * mean)} ± ${Math.round(100 * deviation)}%`;
    return `${name ? `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}, ` : ''}looks ${looks} (${paid})`;
  });
  return `In this model: ${ways.join('; ')}. Its attention, over ${first.prompts} prompts.`;
}

/** What a part is, by its label. */
export function part(label: string, { tokens, at }: Picture): string {
  const token = isolate(tokens[at]?.text ?? '');
  const head = /^L(\d+)H(\d+)$/.exec(label);
  if (head) {
    return `What head ${head[2]} in layer ${head[1]} wrote at ${token}: what it read from other tokens and moved here. Biases are in the remainder.`;
  }
  const [, layer, kind] = /^(\d+)_(\w+)$/.exec(label) ?? [];
  switch (kind ?? label) {
    case 'attn_out':
      return `All heads of layer ${layer} together, and their bias: what attention moved to ${token} from the tokens before it.`;
    case 'mlp_out':
      return `What the MLP of layer ${layer} made of what had gathered at ${token}. It sees this token’s stream alone.`;
    case 'pre':
      return `The sum of all that was written at ${token} before layer ${layer}, at the scale of what reads it here.`;
    case 'mid':
      return `The sum of all that was written at ${token} up to and with the attention of layer ${layer}, before its MLP.`;
    case 'final_post':
      return `The whole residual stream at ${token} after the last layer. It is the logit less the bias b_U.`;
    case 'embed':
      return `The embedding of ${token} itself: what this word alone says about the next, before any layer.`;
    case 'pos_embed':
      return `The embedding of position ${at}: what the place in the prompt alone says.`;
    case 'remainder':
      return 'All that no head wrote: both embeddings, every MLP, and the biases of attention.';
    default:
      return '';
  }
}

/** What the model says, how it stands with the words of the question, and which part pushed most. */
export function finding(picture: Picture): string {
  const { source, predictions: [likeliest], answer, charts, trail } = picture;
  if (!likeliest) return '';
  const model = source.kind === 'bundled' ? 'The bundled model' : sourceName(source);
  const others = [answer, ...namedTokens(picture)].filter(({ id }) => id !== likeliest.id);
  const stand = others.map((word) => ` ${isolate(word.text)} is ${place(word.rank)} at ${percent(word.probability)}.`);
  const strongest = charts.component.items().find(({ rank }) => rank === 1);
  const outside = strongest && strongest.value !== 0 && trail.length === 0;
  const pushed = outside ? ` The ${strongest.name} ${direction(strongest.value, picture).replace('pushes', 'pushed most')}.` : '';
  return `${model} says ${isolate(likeliest.text)} (${percent(likeliest.probability)}).${stand.join('')}${pushed}`;
}
