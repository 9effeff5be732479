import type { SetAttribution, SetPrompt, Subject } from '../api/logitscope';
import { UNITS } from '../state/picture';
import { momentsOf, namedBy, type Always, type PartMoments } from '../state/set';
import { baseline } from './effects';
import { count, middle, plusMinus } from './format';

/** What is found over many prompts, in words. */

/** A prompt is told in no more characters. */
const LINE = 400;

/** What is asked of which prompts. */
type AskedSet = Pick<Always, 'set' | 'byProbability'>;

/** What is taken apart: the logit, or its difference to another, if every prompt, or none, names one. */
export function numberName({ set, byProbability }: AskedSet): string {
  if (byProbability) return 'logit less all by probability';
  if (!set) return 'logit (difference)';
  const { prompts } = set;
  const compared = prompts.filter((prompt) => namedBy(prompt).length > 0).length;
  return compared === 0 ? 'logit' : compared === prompts.length ? 'logit difference' : 'logit (difference)';
}

function promptCount(n: number): string {
  return `${count(n)} prompt${n === 1 ? '' : 's'}`;
}

/** What the charts' values are. */
export function meanSubject(asked: AskedSet, n: number): Subject {
  const over = `over ${promptCount(n)}`;
  if (asked.byProbability) return { answer: `the mean logit ${over}`, contrast: 'log-probability', mean: true };
  return { answer: `the mean ${numberName(asked)} ${over}`, mean: true };
}

/** By what parts are replaced, if they are: `nothing in its place, at every token`. */
export function replaced({ effects, removal }: Always): string {
  return effects.component || effects.head ? baseline(removal, undefined) : '';
}

/** `Over 100 prompts: logit difference +9.28 ± 4.20; 99 right.` */
export function outcome(asked: AskedSet, { n, prompts, meanLogit, sdLogit }: Pick<SetAttribution, 'n' | 'prompts' | 'meanLogit' | 'sdLogit'>): string {
  const right = prompts.filter((prompt) => prompt.right).length;
  return `Over ${promptCount(n)}: ${numberName(asked)} ${plusMinus({ mean: meanLogit, sd: sdLogit })}; ${right === n && n > 1 ? 'all' : count(right)} right.`;
}

/** The outcome, with the largest part that pushes one way in each, and the largest head. */
export function overall(always: Always): string {
  const { set, attributions } = always;
  const { n = 0 } = attributions?.component ?? {};
  if (!set || !attributions || n === 0) return '';
  return [outcome(always, attributions.component), ...(n > 1 ? [largest(always), varied(always)] : [])].filter(Boolean).join(' ');
}

const isPart = (label: string) => /^(L\d+H\d+|\d+_(attn|mlp)_out)$/.test(label);

function ranked(always: Always): (PartMoments & { label: string })[] {
  const labels = UNITS.flatMap((unit) => always.attributions?.[unit].labels ?? []).filter(isPart);
  const all = labels.flatMap((label) => {
    const moments = momentsOf(always, label);
    return moments ? [{ label, ...moments }] : [];
  });
  return all.sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean));
}

function largest(always: Always): string {
  const found = ranked(always).find(({ same, n }) => same === n);
  return found ? `Largest that always pushes the same way: ${found.label} ${plusMinus(found)}.` : 'No part pushes the same way in all of them.';
}

/** The largest head, if there are prompts in which it pushes the other way. */
function varied(always: Always): string {
  const head = ranked(always).find(({ unit }) => unit === 'head');
  return head && head.same < head.n ? `The largest head, ${head.label} ${plusMinus(head)}, pushes so in ${count(head.same)}.` : '';
}

/** In how many prompts a part has the sign of its mean. */
export function sameWay({ unit, mean, same, n }: PartMoments): string {
  const [down, up] = unit === 'layer' ? ['below zero', 'above zero'] : ['pushes away from the answer', 'pushes towards the answer'];
  return `${mean < 0 ? down : up} in ${same === n ? `all ${count(n)}` : `${count(same)} of ${count(n)}`}.`;
}

/** Less of a head's attention goes without its numbers. */
const WORTH_SAYING = 0.01;

/** Where a head looks, a line a role, what it looks at most first. */
export function lookLines({ roles, n }: PartMoments): string[] {
  const sorted = [...roles].sort((a, b) => b.pattern.mean - a.pattern.mean);
  const little = sorted.filter(({ pattern }) => pattern.mean < WORTH_SAYING).map(({ role }) => role);
  const lines = sorted.filter(({ pattern }) => pattern.mean >= WORTH_SAYING).map((role) => lookLine(role, n));
  return little.length ? [...lines, `Next to none of its attention is on ${little.map((role) => `“${role}”`).join(', ')}.`] : lines;
}

/** `Looks at “name”: 0.83 ± 0.05 of its attention, +1.90 ± 0.40.` */
function lookLine({ role, n, pattern, attribution }: PartMoments['roles'][number], of: number): string {
  const share = ({ mean, sd }: { mean: number; sd: number }) => `${mean.toFixed(2)}${Number.isNaN(sd) ? '' : ` ± ${sd.toFixed(2)}`}`;
  return `Looks at “${role}”: ${share(pattern)} of its attention, ${plusMinus(attribution)}${n < of ? `, in the ${count(n)} that have one` : ''}.`;
}

/** A prompt in one line. */
export function promptLine({ prompt, tokens = [] }: Pick<SetPrompt, 'prompt' | 'tokens'>): string {
  return middle(prompt ?? tokens.join(', '), LINE);
}

/** How well the parts of every prompt add up. */
export function allAddUp({ attributions }: Always): string {
  return attributions ? eachAddsUp(attributions.component) : '';
}

export function eachAddsUp({ prompts, error }: Pick<SetAttribution, 'prompts' | 'error'>): string {
  const off = Math.abs(error);
  const inexact = prompts.filter(({ exact }) => !exact).length;
  if (inexact) return `✗ In ${promptCount(inexact)} the parts do not add up: do not trust them.`;
  return `✓ The parts add up in every prompt, to ${off === 0 ? '0' : off.toExponential(1).replace('-', '−')}.`;
}
