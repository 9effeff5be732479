import type { AnsweredPrompt, SetAttribution, SetPrompt } from '../api/logitscope';
import { UNITS } from '../state/picture';
import { meanOf, momentsOf, type Always, type PartMoments, type PromptSet } from '../state/set';
import { count, plusMinus } from './format';

/** What is found over many prompts, in words. */

/** What is taken apart: the logit, or its difference to another, if every prompt, or none, names one. */
export function numberName(prompts?: readonly SetPrompt[]): string {
  if (!prompts) return 'logit (difference)';
  const compared = prompts.filter(({ incorrect }) => incorrect !== undefined).length;
  return compared === 0 ? 'logit' : compared === prompts.length ? 'logit difference' : 'logit (difference)';
}

function promptCount(n: number): string {
  return `${count(n)} prompt${n === 1 ? '' : 's'}`;
}

/** What the charts' values are. */
export function meanName(set: PromptSet | undefined, n: number): string {
  return `the mean ${numberName(set?.prompts)} over ${promptCount(n)}`;
}

/** `Over 100 prompts: logit difference +9.28 ± 4.20; 99 right.` */
export function outcome(set: PromptSet | undefined, { n, prompts, logit }: Pick<SetAttribution, 'n' | 'prompts' | 'logit'>): string {
  const right = prompts.filter((prompt) => prompt.right).length;
  return `Over ${promptCount(n)}: ${numberName(set?.prompts)} ${plusMinus(meanOf(logit))}; ${right === n && n > 1 ? 'all' : count(right)} right.`;
}

/** The outcome, with the largest part that pushes one way in each, and the largest head. */
export function overall(always: Always): string {
  const { set, attributions } = always;
  const { n = 0 } = attributions?.component ?? {};
  if (!set || !attributions || n === 0) return '';
  return [outcome(set, attributions.component), ...(n > 1 ? [largest(always), varied(always)] : [])].filter(Boolean).join(' ');
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
  return little.length ? [...lines, `Next to none of its attention is on ${little.join(', ')}.`] : lines;
}

/** `Looks at name: 0.83 ± 0.05 of its attention, +1.90 ± 0.40.` */
function lookLine({ role, n, pattern, attribution }: PartMoments['roles'][number], of: number): string {
  const share = ({ mean, sd }: { mean: number; sd: number }) => `${mean.toFixed(2)}${Number.isNaN(sd) ? '' : ` ± ${sd.toFixed(2)}`}`;
  return `Looks at ${role}: ${share(pattern)} of its attention, ${plusMinus(attribution)}${n < of ? `, in the ${count(n)} that have one` : ''}.`;
}

/** A prompt in one line. */
export function promptLine({ prompt, tokens = [] }: Pick<SetPrompt, 'prompt' | 'tokens'>): string {
  return prompt ?? tokens.join(', ');
}

/** How well the parts of every prompt add up. */
export function allAddUp({ attributions }: Always): string {
  return eachAddsUp(attributions?.component.prompts ?? []);
}

export function eachAddsUp(prompts: readonly AnsweredPrompt[]): string {
  const off = Math.max(0, ...prompts.map(({ error }) => Math.abs(error)));
  const inexact = prompts.filter(({ exact }) => !exact).length;
  if (inexact) return `✗ In ${promptCount(inexact)} the parts do not add up: do not trust them.`;
  return `✓ The parts add up in every prompt, to ${off === 0 ? '0' : off.toExponential(1).replace('-', '−')}.`;
}
