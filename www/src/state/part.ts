import type { Attribution } from '../api/logitscope';

/** The selected part, taken apart: a head or an MLP, and what of it is known by now. */
export interface Part {
  /** The part's label. */
  of?: string;
  /** What a head takes from each token. */
  sources?: Attribution;
  /** Where a head looks, from every token of the prompt: of each the attention to those up to there. */
  pattern?: Float32Array;
  /** What the neurons of an MLP write. */
  neurons?: Attribution;
  /** Why it could not be taken apart. */
  problem?: string;
}
