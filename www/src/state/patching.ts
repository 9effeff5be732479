import type { Patching, Token } from '../api/logitscope';
import type { Picture } from './picture';
import type { Cell, Site } from './what-if';
import type { Worked } from './work';

/** What the second sentence says with each activation of the first one, as far as it is known by now. */
export interface Patches extends Worked {
  /** The first sentence's answer. */
  picture?: Picture;
  /** The second sentence's. */
  tokens?: readonly Token[];
  site: Site;
  patching?: Patching;
}

/** The second sentence with one activation of the first one. */
export interface Patched {
  /** Which; null if none is gone into. */
  cell: Cell | null;
  picture?: Picture;
  problem?: string;
}

/** Whether the two sentences have as many tokens: what one has at a token can go to the same place in the other. */
export function aligned({ picture, tokens }: Pick<Patches, 'picture' | 'tokens'>): boolean {
  return picture !== undefined && picture.tokens.length === tokens?.length;
}

/** Where two lists of tokens first differ, if one goes on where the other ends too. */
export function firstDifference(a: readonly Token[], b: readonly Token[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i]?.id !== b[i]?.id) return i;
  return undefined;
}

/** Whether cells' rows are tokens; otherwise they are heads. */
export function isByToken(site: Site): boolean {
  return site === 'resid_pre' || site === 'attn_out' || site === 'mlp_out' || site === 'z_by_position';
}
