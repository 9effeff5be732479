import type { Picture } from './picture';

/** Two sentences' answers to one question, each taken apart, and the first less the second. */
export const SIDES = ['clean', 'corrupted', 'difference'] as const;
export type Side = (typeof SIDES)[number];

/** Pictures on the same scales. */
export interface Compared {
  sides?: Readonly<Record<Side, Picture>>;
  problem?: string;
}
