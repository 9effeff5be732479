import { REMOVABLE } from './effects';
import { UNITS, type Shown, type View } from './picture';
import { TABS, type Tab } from './what-if';

/** A chart that stands alone: a unit's, or the one that its view has of its own. */
export type Alone = Shown | 'own';

/** The units whose charts are shown. */
export const unitsOf = (alone: Alone | undefined): readonly Shown[] => (alone && alone !== 'own' ? [alone] : UNITS);

/** What is shown to many at a time. */
export interface Slide {
  tab: Tab;
  alone: Alone;
}

/** All that there is to show of a question, one after the other; along a way in there are no lens and no losses. */
export function slidesOf({ tab: shown, whatIf }: Pick<View, 'tab' | 'whatIf'>, inside: boolean): Slide[] {
  const charts = (tab: Tab): readonly Alone[] => {
    if (tab === 'always') return UNITS;
    if (inside) return tab === (shown === 'always' ? 'who' : shown) ? UNITS : [];
    if (tab === 'who' || (tab === 'what-if' && whatIf.inside)) return UNITS;
    if (tab === 'when') return ['own'];
    if (whatIf.corrupted === null) return ['own', ...REMOVABLE];
    return whatIf.site === 'parts' ? REMOVABLE : ['own'];
  };
  return TABS.flatMap((tab) => charts(tab).map((alone) => ({ tab, alone })));
}

/** Which of them is shown; a view without a chart of this unit begins with its first. */
export function slideAt(slides: readonly Slide[], { tab, unit }: Pick<View, 'tab' | 'unit'>, own: boolean): Slide | undefined {
  const here = slides.filter((slide) => slide.tab === tab);
  return here.find(({ alone }) => alone === (own ? 'own' : unit)) ?? here[0];
}

/** Whether a link is of the page as it is shown to many. */
export function isPresented(hash: string): boolean {
  return new URLSearchParams(hash.replace(/^#/, '')).get('present') === '1';
}
