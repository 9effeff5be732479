import type { PatchCell, Patching, Token } from '../api/logitscope';
import type { Asked } from '../state/asked';
import type { Side } from '../state/compared';
import { isByToken, type Patches } from '../state/patching';
import type { Cell, Comparison, Site, WhatIf } from '../state/what-if';
import { tokenAt } from './depth';
import { isolate, signed } from './format';
import { outermost } from './trail';

/** Activation patching in words: the first sentence is the clean one, the second the corrupted one. */

export const SIDE_NAMES: Record<Side, string> = { clean: 'first sentence', corrupted: 'second sentence', difference: 'first − second' };

export const SITE_NAMES: Record<Comparison, string> = {
  parts: 'who wrote it',
  resid_pre: 'residual stream',
  attn_out: 'attention out',
  mlp_out: 'MLP out',
  z: 'head output',
  z_by_position: '… by token',
  v: 'values',
  pattern: 'pattern',
};

export const SITE_NOTES: Record<Comparison, string> = {
  parts: 'What each part adds in the first sentence, in the second, and the difference, on one scale',
  resid_pre: 'All that had been added up at a token before a layer',
  attn_out: 'What the attention of a layer wrote at a token',
  mlp_out: 'What the MLP of a layer wrote at a token',
  z: 'What a head mixed, at all tokens',
  z_by_position: 'What one head of each layer mixed, at one token',
  v: 'The values that a head mixes, with its pattern as it is in the second sentence',
  pattern: 'Where a head looks, with the values as they are in the second sentence',
};

/** Which activations are put in, and of heads by token which head. */
export type Put = Pick<WhatIf, 'head'> & { site: Site };

/** What is put in, as a cell's sentence says it. */
const PUT_IN: Record<Site, string> = { resid_pre: 'stream', attn_out: 'attention', mlp_out: 'MLP', z: 'output', z_by_position: 'output', v: 'values', pattern: 'pattern' };

/** A cell by name: `Layer 2 at ·Mary`, `L2H5`, `L2H5 at ·Mary`. */
export function cellName({ site, head }: Put, [layer, row]: Cell, { tokens }: Pick<Asked, 'tokens'>): string {
  if (!isByToken(site)) return `L${layer}H${row}`;
  const again = tokens.filter(({ id }) => id === tokens[row]?.id).length > 1;
  const what = site === 'z_by_position' ? `L${layer}H${head}` : `Layer ${layer}`;
  return `${what} at ${tokenAt({ tokens }, row)}${again ? ` (token ${row})` : ''}`;
}

/** How much of the difference comes back, or what is gained where there is none. */
export function cameBack({ value, logit }: PatchCell, { corrupted }: Patching): string {
  if (Number.isNaN(value)) return 'not known yet';
  // Where both sentences say the same, a cell's value is in logits.
  if (value === logit - corrupted) return `${signed(value)} logits`;
  return (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace('-', '−');
}

/** What a cell means. */
export function cellLine(cell: PatchCell, patching: Patching, { picture, site, tokens }: { picture?: Asked } & Pick<Patches, 'site' | 'tokens'>, head: number): string {
  if (!picture) return '';
  const name = cellName({ site, head }, [cell.layer, cell.row], picture);
  const there = isByToken(site) && tokens?.[cell.row]?.id !== picture.tokens[cell.row]?.id ? ` (${isolate(tokens?.[cell.row]?.text ?? '')} in the second sentence)` : '';
  const back = cameBack(cell, patching);
  if (Number.isNaN(cell.value)) return `${name}${there}: not known yet.`;
  const whose = `with the first sentence’s ${PUT_IN[site]} there`;
  if (cell.logit === patching.corrupted) return `${name}${there}: ${whose}, nothing changes.`;
  if (cell.value === cell.logit - patching.corrupted) return `${name}${there}: ${whose}, ${outermost(picture)} changes by ${back}.`;
  if (cell.value < -0.005) return `${name}${there}: ${whose}, ${outermost(picture)} moves away, by ${back.replace('−', '')} of the difference.`;
  return `${name}${there}: ${whose}, ${back} of the difference comes back.`;
}

/** What is gone into: the second sentence with one activation of the first. */
export function patchedName(put: Put, cell: Cell, picture: Pick<Asked, 'tokens'>): string {
  const what = put.site === 'z_by_position' ? SITE_NAMES.z : SITE_NAMES[put.site];
  return `second sentence with ${what} of ${cellName(put, cell, picture).replace(/^Layer/, 'layer')} from the first`;
}

/** Why two sentences cannot be compared. */
export function unequal(clean: readonly Token[], corrupted: readonly Token[], at: number): string {
  const where = clean[at] && corrupted[at] ? `${isolate(clean[at].text)} in one, ${isolate(corrupted[at].text)} in the other` : 'where the shorter one ends';
  return `The first sentence has ${clean.length} tokens, this one ${corrupted.length}. What one has at a token goes to the same place in the other, so both need as many. They first differ at token ${at}: ${where}.`;
}

/** In place of a picture of two that are not alike. */
export const UNALIKE = 'The two sentences cannot be compared yet: see above.';

/** What a part adds in either sentence. */
export function sidesLine(name: string, [clean, corrupted]: readonly [number, number]): string {
  return `${name}: ${signed(clean)} in the first sentence, ${signed(corrupted)} in the second.`;
}
