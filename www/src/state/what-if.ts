import type { PatchSite } from '../api/logitscope';

/** What is asked of an answer: who wrote it, and what the model would do if something in it were otherwise. */
export const TABS = ['who', 'what-if'] as const;
export type Tab = (typeof TABS)[number];

/** What a part that is taken out is replaced by, and where: everywhere, or only at the token after which is looked. */
export const ABLATIONS = ['zero', 'mean'] as const;
export const PLACES = ['all', 'last'] as const;

export const SITES = ['resid_pre', 'attn_out', 'mlp_out', 'z', 'v', 'pattern'] as const satisfies readonly PatchSite[];
export type Site = (typeof SITES)[number];

/** What is put in a part's place: nothing or a mean; or, where there is a second sentence, what the first one has there. */
export interface WhatIf {
  ablation: (typeof ABLATIONS)[number];
  at: (typeof PLACES)[number];
  /** The second sentence, the corrupted one; null for none. */
  corrupted: string | null;
  /** Which activations go from the first sentence into the second. */
  site: Site;
}

export const WHAT_IF: WhatIf = { ablation: 'zero', at: 'all', corrupted: null, site: 'resid_pre' };
