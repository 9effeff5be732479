import type { Attribution } from '../api/logitscope';
import type { Asked } from '../state/asked';
import { count, isolate, pieceName, pieces, percent, scientific, signed } from './format';

/** Parts taken apart, in words. What a head took from a token is a value; where it looked is its attention. */

/** A token of the prompt by its place; of one that is bytes of a character, which of them. */
export function tokenAt({ tokens }: Pick<Asked, 'tokens'>, index: number): string {
  const text = tokens[index]?.text ?? `@${index}`;
  const piece = text.includes('\\x') ? pieces(tokens)[index] : undefined;
  return piece ? pieceName(piece) : isolate(text);
}

/** What a token's title says of a head that looks at it. */
export function takenFrom(value: number, paid: number): string {
  return `takes ${signed(value)} from here, pays ${percent(paid)} of its attention`;
}

/** Where a head looks most, and what it takes most. */
export function headLine({ attribution, pattern = [], logit: [share = 0] }: Attribution, picture: Pick<Asked, 'tokens' | 'at'>): string {
  const looked = largest(pattern);
  const took = largest([...attribution]);
  const [at, from] = [tokenAt(picture, looked), tokenAt(picture, took)];
  const paid = percent(pattern[looked]);
  const value = `${signed(attribution[took] ?? 0)} of its ${signed(share)}`;
  const here = tokenAt(picture, picture.at);
  if (looked === took) return `From ${here} it looks most at ${at} (${paid}) and takes most from there: ${value}.`;
  return `From ${here} it looks most at ${at} (${paid}), but takes most from ${from}: ${value}.`;
}

/** Which neuron of an MLP wrote most. */
export function mlpLine({ labels, strongest, logit: [share = 0] }: Attribution, picture: Pick<Asked, 'tokens' | 'at'>): string {
  const most = strongest(2).find(({ label }) => isNeuron(label));
  if (!most) return '';
  const neurons = count(labels.filter(isNeuron).length);
  return `Of the ${neurons} neurons at ${tokenAt(picture, picture.at)}, ${most.label} wrote most: ${signed(most.value)} of the MLP’s ${signed(share)}.`;
}

export function isNeuron(label: string): boolean {
  return /^L\d+N\d+$/.test(label);
}

/** Whether what a part is taken apart into adds up to it. */
export function addsUp({ logit, error, exact }: Pick<Attribution, 'logit' | 'error' | 'exact'>): string {
  const [share, off] = [signed(logit[0] ?? NaN), scientific(Math.abs(error[0] ?? NaN))];
  return exact ? `They add up to ${share}, what it wrote, to ${off}.` : `They miss ${share}, what it wrote, by ${off}: do not trust them.`;
}

/** A cell of a head's pattern. */
export function looksAt(picture: Pick<Asked, 'tokens'>, query: number, key: number, paid: number): string {
  return `${tokenAt(picture, query)} looks at ${tokenAt(picture, key)}: ${percent(paid)}`;
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, x, i) => (Math.abs(x) > Math.abs(numbers[most] ?? 0) ? i : most), 0);
}
