import type { ChartItem } from '../api/logitscope';
import { effectOf, type Losses } from '../state/effects';
import { UNITS, type Picture, type View } from '../state/picture';
import { momentsOf, type Always } from '../state/set';
import type { Seen } from '../state/lens';
import { disagreement } from './effects';
import { finding } from './explain';
import { plusMinus, sentenceCase, signed } from './format';
import { expectedThere, knownWhen, lensPlaceName } from './lens';
import { overall } from './set';

/** What is pointed at: by name and label, and how much it is. */
export interface Told {
  name: string;
  label: string;
  value: string;
  /** What is lost without it. */
  without?: string;
}

/** What is known of an answer, by view. */
export interface Known {
  picture: Picture;
  view: View;
  seen: Seen;
  losses: Losses;
  always: Always;
}

/** A part as many are told of it, in the view that is shown. */
export function told(label: string, { picture, view, losses, always }: Known): Told | undefined {
  const item = UNITS.map((unit) => picture.charts[unit].item(label)).find((item): item is ChartItem => item !== undefined);
  if (!item) return undefined;
  const { name } = item;
  if (view.tab === 'always') {
    const moments = momentsOf(always, label);
    return moments && { name, label, value: plusMinus(moments) };
  }
  const effect = view.tab === 'what-if' && losses.picture === picture ? effectOf(losses, label) : undefined;
  return { name, label, value: signed(item.value), ...(effect && { without: signed(-effect.total) }) };
}

/** What a view has found, where nothing is pointed at. */
export function found({ picture, view, seen, losses, always }: Known): string {
  if (view.tab === 'always') return overall(always);
  if (picture.trail.length) {
    const most = picture.charts.component.items().find(({ rank }) => rank === 1);
    return most ? `Most: ${most.name} (${signed(most.value)}).` : '';
  }
  const { lens } = seen;
  if (view.tab === 'when' && lens && seen.picture === picture) {
    const { at } = view.when;
    return at && lens.labels[at[0]] && lens.positions[at[1]] !== undefined ? `${sentenceCase(lensPlaceName(lens, at, picture))}: ${expectedThere(lens, at, picture)}` : knownWhen(lens, picture);
  }
  if (view.tab === 'what-if' && view.whatIf.corrupted === null && losses.picture === picture) return disagreement(losses);
  return finding(picture);
}
