import type { Effects, Reaction } from '../api/logitscope';
import type { Picture } from './picture';
import type { WhatIf } from './what-if';
import type { Worked } from './work';

/** What a part is replaced by, and where. */
export type Removal = Pick<WhatIf, 'ablation' | 'at'>;

/** The units whose parts can be taken out. */
export const REMOVABLE = ['component', 'head'] as const;
export type Removable = (typeof REMOVABLE)[number];

/** What is lost without each part of the picture, as far as it is known by now. */
export interface Losses extends Worked {
  /** Of which picture. */
  picture?: Picture;
  removal: Removal;
  component?: Effects;
  head?: Effects;
}

/** How the rest of the model reacts when the selected part is taken out. */
export interface Reacted {
  /** The part's label. */
  of?: string;
  removal?: Removal;
  reaction?: Reaction;
  problem?: string;
}

/** What is known of one part: its direct effect, as it is and with the final LayerNorm computed anew, and its total one. */
export interface Effect {
  direct: number;
  renormalized: number;
  total: number;
  /** The logit (difference) without it. */
  after: number;
}

/** Of a part by its label; undefined where it is not known, or there is none. */
export function effectOf({ component, head }: Pick<Losses, Removable>, label: string): Effect | undefined {
  const effects = label.startsWith('L') ? head : component;
  const i = effects?.labels.indexOf(label) ?? -1;
  const [direct, renormalized, total, after] = (['direct', 'renormalized', 'effect', 'after'] as const).map((field) => effects?.[field][i]);
  if (direct === undefined || renormalized === undefined || total === undefined || after === undefined || Number.isNaN(after)) return undefined;
  return { direct, renormalized, total, after };
}

/** Whether a part can be taken out, by its label. */
export function isRemovable(label: string): boolean {
  return /^(L\d+H\d+|\d+_(attn|mlp)_out)$/.test(label);
}

/** The tokens at which parts are taken out, as the API is asked. */
export function positionsOf({ at }: Removal, { position }: Pick<Picture, 'position'>): number[] | null {
  return at === 'all' ? null : [position];
}
