import type { Lens } from '../api/logitscope';
import type { Picture } from './picture';
import type { Worked } from './work';

/** What the lens's cells are shaded by. */
export const SHADES = ['probability', 'rank', 'entropy'] as const;
export type Shade = (typeof SHADES)[number];

/** A state of the residual stream, and the position after which it is. */
export type LensPlace = readonly [number, number];

/** How the lens is looked at. */
export interface When {
  shade: Shade;
  /** The selected cell. */
  at: LensPlace | null;
}

export const WHEN: When = { shade: 'probability', at: null };

/** So many of the likeliest tokens are known of each cell. */
export const LIKELIEST = 10;

/** What the lens sees, as far as it is known by now. */
export interface Seen extends Worked {
  /** Of which picture. */
  picture?: Picture;
  lens?: Lens;
}

/** Whether all of it is known. */
export function isWhole({ top }: Lens): boolean {
  return top.every((row) => row.every((cell) => cell.length > 0));
}

/** Since when a token is the likeliest, by the ranks that it has state after state. */
export interface Rise {
  /** The first state in which it is, if there is one. */
  first?: number;
  /** The state from which on it stays so to the end, if it does. */
  since?: number;
  /** The state in which it comes closest. */
  closest: number;
}

/** Of ranks that are all known. */
export function rise(ranks: readonly number[]): Rise | undefined {
  if (ranks.length === 0 || ranks.some(Number.isNaN)) return undefined;
  const first = ranks.indexOf(0);
  const since = ranks.findLastIndex((rank) => rank !== 0) + 1;
  return {
    first: first < 0 ? undefined : first,
    since: since < ranks.length ? since : undefined,
    closest: ranks.indexOf(Math.min(...ranks)),
  };
}
