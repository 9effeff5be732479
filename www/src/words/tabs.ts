import type { Slide } from '../state/slides';
import type { Tab } from '../state/what-if';
import { UNIT_NAMES } from './units';

/** What the views are called, in full; the first part alone where there is little room. */
export const TAB_NAMES: Record<Tab, [string, string]> = { who: ['Who', ' wrote it'], when: ['When', ' was it known'], 'what-if': ['What if', ''], always: ['Always?', ''] };

/** What is shown of a view at a time, whose own chart is another where there is a second sentence. */
export function slideName({ tab, alone }: Slide, compares: boolean): string {
  const view = TAB_NAMES[tab].join('');
  if (alone !== 'own') return `${view} · ${UNIT_NAMES[alone]}`;
  return tab === 'when' ? view : `${view} · ${compares ? 'Patching' : 'Direct against total'}`;
}
