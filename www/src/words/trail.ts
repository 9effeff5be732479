import type { Subject, Token } from '../api/logitscope';
import type { Asked } from '../state/asked';
import type { Contrast } from '../state/contrast';
import type { Picture } from '../state/picture';
import { follow, parseStep, type Step } from '../state/trail';
import { contrasted, than } from './contrast';
import { tokenAt } from './depth';
import { isolate, sentenceCase, signed } from './format';

/** A level of a trail as its breadcrumb says it: `L9H9 at ·Mary`. */
export function stepName(step: Step, tokens: Picture['tokens']): string {
  switch (step.kind) {
    case 'head':
      return `${step.head} at ${tokenAt({ tokens }, step.token)}`;
    case 'neuron':
      return `neuron ${step.neuron}`;
    case 'score':
      return `why ${step.head} looks at ${tokenAt({ tokens }, step.token)}${bySide(step)}`;
  }
}

function bySide({ side }: { side: 'key' | 'query' }): string {
  return side === 'key' ? '' : ', by where it looks from';
}

/** The outermost level, the question: `·Mary − ·John`. */
export function outermost(picture: Contrast<Token> & Pick<Asked, 'answer'>): string {
  const compared = than(picture);
  return `${isolate(picture.answer.text)}${compared ? ` − ${compared}` : ''}`;
}

/** The question as a sentence, and the way in. */
export function asked(picture: Contrast<Token> & Pick<Asked, 'answer' | 'trail' | 'tokens'>): string {
  const { answer, trail, tokens } = picture;
  const compared = than(picture);
  const why = `Why ${isolate(answer.text)}${compared ? ` rather than ${compared}` : ''}?`;
  const way = trail.flatMap((step) => parseStep(step) ?? []).map((step) => stepName(step, tokens));
  // Another number than a logit may be asked for by itself.
  if (answer.text === '' && way.length) return sentenceCase(way.join(' ‹ '));
  return way.length ? `${why} ‹ ${way.join(' ‹ ')}` : why;
}

/** What the parts add up to, with what no part produced. */
export function wholeName(picture: Contrast<Token> & Pick<Asked, 'trail'>): string {
  const { trail } = picture;
  const step = parseStep(trail.at(-1) ?? '');
  switch (step?.kind) {
    case 'head':
      return 'what is taken from here';
    case 'neuron':
      return 'input';
    case 'score':
      return 'score';
    default:
      return than(picture) ? 'logit difference' : 'logit';
  }
}

/** What is taken apart at this level, and how much it is. */
export function levelNote({ trail, tokens, at, attributions }: Picture): string {
  const step = parseStep(trail.at(-1) ?? '');
  const { logit, bias } = attributions.component;
  const amount = signed(logit[0] ?? NaN);
  const where = isolate(tokens[at]?.text ?? '');
  switch (step?.kind) {
    case 'head': {
      const [, layer] = /^L(\d+)H/.exec(step.head) ?? [];
      return `${step.head} takes ${amount} from ${where}. The charts show who had written that there, before layer ${layer}.`;
    }
    case 'neuron':
      return `Its input at ${where} is ${amount}, ${signed(bias[0] ?? NaN)} of it from biases. The charts show who wrote the rest: its activation follows from the sum.`;
    case 'score': {
      const [of, other] = step.side === 'key' ? [`at ${where}, where it looks`, 'the query as it is'] : [`at ${where}, from where it looks`, 'the key as it is'];
      return `The score of this look is ${amount}, before softmax: the higher, the more attention, at the cost of other tokens. The charts show what raised it ${of}, ${other}.`;
    }
    default:
      return '';
  }
}

/** The two sides of a look, where a level explains one by either, and the steps to them. */
export function sidesOf({ trail, tokens, position }: Pick<Picture, 'trail' | 'tokens' | 'position'>): { name: string; step: string; chosen: boolean }[] {
  const step = parseStep(trail.at(-1) ?? '');
  if (step?.kind !== 'score') return [];
  const { at } = follow(trail.slice(0, -1), position);
  const names = { key: `by what is at ${tokenAt({ tokens }, step.token)}`, query: `by where it looks from, ${tokenAt({ tokens }, at)}` };
  return (['key', 'query'] as const).map((side) => ({
    name: names[side],
    step: `score:${step.head}@${step.token}:${side}`,
    chosen: side === step.side,
  }));
}

/** What the charts' titles say is explained. */
export function subjectOf(asked: Contrast<Token> & Pick<Asked, 'tokens' | 'answer' | 'trail' | 'layers' | 'heads'>): Subject {
  const { tokens, answer, trail, layers, heads } = asked;
  const steps = trail.map(parseStep).filter((step) => step !== undefined);
  const model: [number, number] = [layers, heads];
  const root = steps.findLastIndex(({ kind }) => kind !== 'head');
  const through = steps.slice(root + 1).map((step) => stepName(step, tokens)).join(', ') || undefined;
  const number = steps[root];
  if (!number) return { answer: answer.text, ...contrasted(asked), through, model };
  const named =
    number.kind === 'score'
      ? `the score of ${number.head} at ${tokenAt({ tokens }, number.token)}${bySide(number)}`
      : `the input of ${stepName(number, tokens)}`;
  return { answer: named, explain: true, through, model };
}
