import type { Patching, Token } from '../api/logitscope';
import type { Progress } from './effects';
import type { Picture } from './picture';
import type { Site } from './what-if';

/** A patched activation, by its layer and row: a token, or a head. */
export type Cell = readonly [number, number];

/** What the second sentence says with each activation of the first one, as far as it is known by now. */
export interface Patches {
  /** The first sentence's answer. */
  picture?: Picture;
  /** The second sentence's. */
  tokens?: readonly Token[];
  site: Site;
  patching?: Patching;
  /** How far the work is, while it goes on. */
  work?: Progress;
  /** Whether the reader stopped it. */
  stopped: boolean;
  problem?: string;
  /** The selected cell. */
  cell: Cell | null;
}

/** The second sentence with one activation of the first one. */
export interface Patched {
  /** Which; null if none is gone into. */
  cell: Cell | null;
  picture?: Picture;
  problem?: string;
}

/** Where two lists of tokens first differ, if one goes on where the other ends too. */
export function firstDifference(a: readonly Token[], b: readonly Token[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i]?.id !== b[i]?.id) return i;
  return undefined;
}

/** Whether cells' rows are tokens; otherwise they are heads. */
export function isByToken(site: Site): boolean {
  return site === 'resid_pre' || site === 'attn_out' || site === 'mlp_out';
}
