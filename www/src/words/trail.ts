import type { Subject } from '../api/logitscope';
import type { Picture } from '../state/picture';
import { parseStep, type Step } from '../state/trail';
import { isolate } from './format';

type Asked = Pick<Picture, 'tokens' | 'answer' | 'incorrect' | 'trail' | 'layers' | 'heads'>;

/** A level of a trail as its breadcrumb says it: `L9H9 at ·Mary`. */
export function stepName(step: Step, tokens: Picture['tokens']): string {
  const token = (i: number) => isolate(tokens[i]?.text ?? `@${i}`);
  switch (step.kind) {
    case 'head':
      return `${step.head} at ${token(step.token)}`;
    case 'neuron':
      return step.neuron;
    case 'score':
      return `why ${step.head} looks at ${token(step.token)}${step.side === 'key' ? '' : ', by where it looks from'}`;
  }
}

/** The outermost level, the question: `·Mary − ·John`. */
export function outermost({ answer, incorrect }: Pick<Picture, 'answer' | 'incorrect'>): string {
  return `${isolate(answer.text)}${incorrect ? ` − ${isolate(incorrect.text)}` : ''}`;
}

/** What the charts' titles say is explained. */
export function subjectOf({ tokens, answer, incorrect, trail, layers, heads }: Asked): Subject {
  const steps = trail.map(parseStep).filter((step) => step !== undefined);
  const model: [number, number] = [layers, heads];
  const root = steps.findLastIndex(({ kind }) => kind !== 'head');
  const through = steps.slice(root + 1).map((step) => stepName(step, tokens)).join(', ') || undefined;
  const number = steps[root];
  if (!number) return { answer: answer.text, incorrect: incorrect?.text, through, model };
  const named = number.kind === 'neuron' ? `the input of ${number.neuron}` : stepName(number, tokens);
  return { answer: named, explain: true, through, model };
}
