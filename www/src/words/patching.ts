import type { PatchCell, Patching, Token } from '../api/logitscope';
import { isByToken, type Patches } from '../state/patching';
import type { Picture } from '../state/picture';
import type { Site } from '../state/what-if';
import { tokenAt } from './depth';
import { isolate, signed } from './format';
import { outermost } from './trail';

/** Activation patching in words: the first sentence is the clean one, the second the corrupted one. */

export const SITE_NAMES: Record<Site, string> = {
  resid_pre: 'residual stream',
  attn_out: 'attention out',
  mlp_out: 'MLP out',
  z: 'head output',
  v: 'values',
  pattern: 'pattern',
};

export const SITE_NOTES: Record<Site, string> = {
  resid_pre: 'All that had been added up at a token before a layer',
  attn_out: 'What the attention of a layer wrote at a token',
  mlp_out: 'What the MLP of a layer wrote at a token',
  z: 'What a head mixed, at all tokens',
  v: 'The values that a head mixes, with its pattern as it is in the second sentence',
  pattern: 'Where a head looks, with the values as they are in the second sentence',
};

/** What is put in, as a cell's sentence says it. */
const PUT_IN: Record<Site, string> = { resid_pre: 'stream', attn_out: 'attention', mlp_out: 'MLP', z: 'output', v: 'values', pattern: 'pattern' };

/** A cell by name: `Layer 2 at ·Mary`, `L2H5`. */
export function cellName(site: Site, [layer, row]: readonly [number, number], { tokens }: Pick<Picture, 'tokens'>): string {
  if (!isByToken(site)) return `L${layer}H${row}`;
  const again = tokens.filter(({ id }) => id === tokens[row]?.id).length > 1;
  return `Layer ${layer} at ${tokenAt({ tokens }, row)}${again ? ` (token ${row})` : ''}`;
}

/** How much of the difference comes back, or what is gained where there is none. */
export function cameBack({ value, logit }: PatchCell, { corrupted }: Patching): string {
  if (Number.isNaN(value)) return 'not known yet';
  // Where both sentences say the same, a cell's value is in logits.
  if (value === logit - corrupted) return `${signed(value)} logits`;
  return (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace('-', '−');
}

/** What a cell means. */
export function cellLine(cell: PatchCell, patching: Patching, { picture, site, tokens }: Patches): string {
  if (!picture) return '';
  const name = cellName(site, [cell.layer, cell.row], picture);
  const there = isByToken(site) && tokens?.[cell.row]?.id !== picture.tokens[cell.row]?.id ? ` (${isolate(tokens?.[cell.row]?.text ?? '')} in the second sentence)` : '';
  const back = cameBack(cell, patching);
  if (Number.isNaN(cell.value)) return `${name}${there}: not known yet.`;
  const whose = `with the first sentence’s ${PUT_IN[site]} there`;
  if (cell.value === cell.logit - patching.corrupted) return `${name}${there}: ${whose}, ${outermost(picture)} changes by ${back}.`;
  if (cell.value < -0.005) return `${name}${there}: ${whose}, ${outermost(picture)} moves away, by ${back.replace('−', '')} of the difference.`;
  return `${name}${there}: ${whose}, ${back} of the difference comes back.`;
}

/** What is gone into: the second sentence with one activation of the first. */
export function patchedName(site: Site, cell: readonly [number, number], picture: Pick<Picture, 'tokens'>): string {
  return `second sentence with ${SITE_NAMES[site]} of ${cellName(site, cell, picture).replace(/^Layer/, 'layer')} from the first`;
}

/** Why two sentences cannot be compared. */
export function unequal(clean: readonly Token[], corrupted: readonly Token[], at: number): string {
  const where = clean[at] && corrupted[at] ? `${isolate(clean[at].text)} in one, ${isolate(corrupted[at].text)} in the other` : 'where the shorter one ends';
  return `The first sentence has ${clean.length} tokens, this one ${corrupted.length}. What one has at a token goes to the same place in the other, so both need as many. They first differ at token ${at}: ${where}.`;
}
