import type { Lens } from '../api/logitscope';
import type { Asked } from '../state/asked';
import { rise, type LensPlace, type Shade } from '../state/lens';
import type { Picture } from '../state/picture';
import { tokenAt } from './depth';
import { isolate, percent, place } from './format';
import { outermost } from './trail';

/** The logit lens in words. */

export const SHADE_NAMES: Record<Shade, string> = { probability: 'probability', rank: 'the answer’s rank', entropy: 'entropy' };

export const SHADE_NOTES: Record<Shade, string> = {
  probability: 'Stronger where the likeliest token is more probable',
  rank: 'Stronger where fewer tokens are likelier than the answer, on a logarithmic scale',
  entropy: 'Stronger where the model would be surer of what comes next, whatever that is',
};

/** How the lens and the running sum differ. */
export const TWO_SCALES =
  'The table scales anew what is there at each state. The running sum keeps the final scale, so that its steps are what parts add.';

/** A state of the residual stream: `after the MLP of layer 2`. */
export function stateName(label: string, layers: number): string {
  const [, layer, kind] = /^(\d+)_(\w+)$/.exec(label) ?? [];
  if (kind === 'mid') return `after the attention of layer ${layer}`;
  const before = layer === undefined ? layers : Number(layer);
  if (before === 0) return 'before layer 0';
  return `after the MLP of layer ${before - 1}${before === layers ? ', at the end' : ''}`;
}

/** The part that wrote a state, if one did, by its label and in words. */
export function writerOf(state: string, layers: number): { label: string; name: string } | undefined {
  const [, layer, kind] = /^(\d+)_(\w+)$/.exec(state) ?? [];
  const written = kind === 'mid' ? `${layer}_attn_out` : `${layer === undefined ? layers - 1 : Number(layer) - 1}_mlp_out`;
  return written.startsWith('-') ? undefined : { label: written, name: stateName(state, layers).replace(/^after |, at the end$/g, '') };
}

/** A cell: `after the MLP of layer 2, at ·to`. */
export function lensPlaceName({ labels, positions }: Lens, [state, row]: LensPlace, picture: Pick<Asked, 'tokens' | 'layers'>): string {
  return `${stateName(labels[state] ?? '', picture.layers)}, at ${tokenAt(picture, positions[row] ?? NaN)}`;
}

/** Since when the answer is the likeliest, after the question's position. */
export function knownWhen(lens: Lens, { answer, position, layers }: Pick<Asked, 'answer' | 'position' | 'layers'>): string {
  const row = lens.positions.indexOf(position);
  const ranks = lens.answer?.rank.map((of) => of[row] ?? NaN) ?? [];
  const found = rise(ranks);
  if (!found) return '';
  const token = isolate(answer.text);
  const when = (state: number) => stateName(lens.labels[state] ?? '', layers);
  const { first, since, closest } = found;
  if (first === undefined) return `${token} is never the likeliest: it comes closest ${when(closest)}, as ${place(ranks[closest] ?? NaN)}.`;
  if (since === undefined) return `${token} is first the likeliest ${when(first)}, but at the end it is ${place(ranks.at(-1) ?? NaN)}.`;
  if (since === first && since === ranks.length - 1) return `${token} is first the likeliest ${when(first)}.`;
  if (since === first) return `${token} is first the likeliest ${when(first)}, and stays so.`;
  return `${token} is first the likeliest ${when(first)}, falls back, and is so again ${when(since)}${since < ranks.length - 1 ? ', to the end' : ''}.`;
}

/** The answer in one cell, and how sure the model would be there. */
export function expectedThere(lens: Lens, [state, row]: LensPlace, { answer }: Pick<Asked, 'answer'>): string {
  const [probability, rank] = [lens.answer?.probability[state]?.[row], lens.answer?.rank[state]?.[row]];
  const entropy = `entropy ${(lens.entropy[state]?.[row] ?? NaN).toFixed(2)} nats`;
  return probability === undefined || rank === undefined ? entropy : `${isolate(answer.text)} ${percent(probability)}, ${place(rank)} · ${entropy}`;
}

/** Why there is no lens along a way in. */
export function lensOutside(picture: Picture): string {
  return `What it would say is said of the whole question, ${outermost(picture)}. The charts show what was written here.`;
}
