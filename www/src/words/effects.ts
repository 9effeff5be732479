import type { Effects, Reaction } from '../api/logitscope';
import type { Losses, Removal } from '../state/effects';
import type { Picture } from '../state/picture';
import type { WhatIf } from '../state/what-if';
import { tokenAt } from './depth';
import { duration, percent, scientific, signed } from './format';
import { outermost } from './trail';

/** What the model does when a part is taken out, in words. Each number says what stands in the part's place. */

export const ABLATION_NAMES: Record<WhatIf['ablation'], string> = { zero: 'nothing', mean: 'its mean' };

export const ABLATION_NOTES: Record<WhatIf['ablation'], string> = {
  zero: 'The part adds nothing; of a head its value bias stays, which it adds wherever it looks.',
  mean: 'The part adds what it adds on average over the tokens of this sentence.',
};

/** Where parts are replaced: `at every token`, `only at ·to`. */
export function placeName(at: WhatIf['at'], picture: Pick<Picture, 'tokens' | 'position'> | undefined): string {
  if (at === 'all') return 'every token';
  return picture ? `${tokenAt(picture, picture.position)} alone` : 'the last token';
}

/** The baseline, as it stands beside a number: `nothing in its place, at every token`. */
export function baseline({ ablation, at }: Removal, picture: Pick<Picture, 'tokens' | 'position'> | undefined): string {
  return `${ABLATION_NAMES[ablation]} in its place, at ${placeName(at, picture)}`;
}

/** That of numbers that are known, as the API has them. */
export function baselineOf({ ablation, at }: Pick<Effects, 'ablation' | 'at'>, picture: Pick<Picture, 'tokens' | 'position'>): string {
  return baseline({ ablation, at: at ? 'last' : 'all' }, picture);
}

/** How far the work is: `37%, 4 s left`. */
export function workName({ share, secondsLeft }: { share: number; secondsLeft: number }): string {
  return share < 0.02 ? percent(share) : `${percent(share)}, ${duration(secondsLeft)} left`;
}

/** Where what a head wrote and what is lost without it disagree most. */
export function disagreement({ picture, removal, head }: Losses): string {
  const found = picture && head && furthest(head);
  if (!found) return '';
  const { label, direct, effect } = found;
  const change = `with ${ABLATION_NAMES[removal.ablation]} in its place`;
  const amount = signed(Math.abs(effect)).replace('+', '');
  const moves = `${change} ${outermost(picture)} ${effect > 0 ? 'falls' : 'rises'} by ${amount}`;
  if (Math.abs(direct) < NEGLIGIBLE * Math.abs(effect)) return `${label} writes next to nothing itself (${signed(direct)}), yet ${moves}: it works through others.`;
  if (direct * effect < 0) return `${label} writes ${signed(direct)}, yet ${moves}: what others make of it outweighs that.`;
  if (Math.abs(effect) < Math.abs(direct)) return `${label} writes ${signed(direct)}, but ${change} only ${amount} is ${effect < 0 ? 'gained' : 'lost'}: others step in.`;
  return `${label} writes ${signed(direct)}, but ${change} ${amount} is ${effect < 0 ? 'gained' : 'lost'}: others build on it.`;
}

/** Less than this share of what is lost is next to nothing. */
const NEGLIGIBLE = 0.05;

function furthest({ labels, direct, effect }: Effects) {
  const off = (i: number) => Math.abs((effect[i] ?? NaN) - (direct[i] ?? NaN));
  const known = labels.map((_, i) => i).filter((i) => off(i) > 0);
  if (!known.length) return undefined;
  const i = known.reduce((most, i) => (off(i) > off(most) ? i : most));
  return { label: labels[i] ?? '', direct: direct[i] ?? NaN, effect: effect[i] ?? NaN };
}

/** Whether a part's removal, LayerNorm's new scale and what later parts do add up to the change. */
export function changeAddsUp({ logit, after, error, exact }: Reaction): string {
  const [change, off] = [signed(after - logit), scientific(Math.abs(error))];
  return exact ? `They add up to ${change}, the change, to ${off}.` : `They miss ${change}, the change, by ${off}: do not trust them.`;
}

/** A part's two numbers side by side. */
export function effectLine(direct: number, total: number): string {
  return `writes ${signed(direct)} itself · without it, ${signed(-total)}`;
}

/** Why there are no total effects along a way in. */
export function outsideOnly(picture: Picture): string {
  return `What is lost without a part is lost of the whole question, ${outermost(picture)}. The charts show what was written here.`;
}
