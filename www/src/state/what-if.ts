import type { PatchSite } from '../api/logitscope';

/** What is asked of an answer: who wrote it, when it was known, what the model would do if something in it were otherwise, and whether it is always so. */
export const TABS = ['who', 'when', 'what-if', 'always'] as const;
export type Tab = (typeof TABS)[number];

/** What a part that is taken out is replaced by, and where: everywhere, or only at the token after which is looked. */
export const ABLATIONS = ['zero', 'mean'] as const;
export const PLACES = ['all', 'last'] as const;

export const SITES = ['resid_pre', 'attn_out', 'mlp_out', 'z', 'z_by_position', 'v', 'pattern'] as const satisfies readonly PatchSite[];
export type Site = (typeof SITES)[number];

/** What is looked at of two sentences: who wrote either answer, or what comes back with activations of the first in the second. */
export const COMPARISONS = ['parts', ...SITES] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A patched activation, by its layer and row: a token, or a head. */
export type Cell = readonly [number, number];

/** What is put in a part's place: nothing or a mean; or, where there is a second sentence, what the first one has there. */
export interface WhatIf {
  ablation: (typeof ABLATIONS)[number];
  at: (typeof PLACES)[number];
  /** The second sentence, the corrupted one; null for none. */
  corrupted: string | null;
  site: Comparison;
  /** Of heads by token, which head of each layer. */
  head: number;
  /** The selected activation, and whether it is gone into. */
  cell: Cell | null;
  inside: boolean;
}

export const WHAT_IF: WhatIf = { ablation: 'zero', at: 'all', corrupted: null, site: 'resid_pre', head: 0, cell: null, inside: false };
