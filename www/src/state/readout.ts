import type { Readout } from '../api/logitscope';
import type { Part } from './part';

/** So many tokens are named that a part raises, and that it lowers; and of so many of its pieces, if they are more than next to nothing. */
export const NAMED = 5;
const PIECES = 3;
const NEGLIGIBLE = 0.01;

/** What the selected part says to the whole vocabulary, and the strongest of what it is taken apart into. */
export interface Spoken {
  /** The part's label. */
  of?: string;
  /** Its own first. */
  readouts?: readonly Readout[];
  problem?: string;
}

/** Whether a part says anything by itself: a state of the residual stream is no part. */
export function speaks(label: string): boolean {
  return /^(L\d+H\d+|\d+_(attn|mlp)_out|embed|pos_embed|remainder)$/.test(label);
}

/** What a head takes from the tokens that it takes most from, or an MLP's strongest neurons, by label. */
export function piecesOf({ of, sources, neurons }: Part): string[] {
  const taken = sources ?? neurons;
  if (!taken) return [];
  const least = NEGLIGIBLE * taken.attribution.reduce((sum, value) => sum + Math.abs(value), 0);
  const strongest = taken.strongest(PIECES + 1).filter(({ label, value }) => Math.abs(value) >= least && !label.includes('bias'));
  return strongest.slice(0, PIECES).map(({ label }) => (sources ? `${of}@${label.slice(1)}` : label));
}
