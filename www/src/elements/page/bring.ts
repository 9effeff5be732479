import type { View } from '../../state/picture';

/** Scrolls to the chart of what is looked at, as far as it is not in sight, and to the training's steps where they are spoken of. */
export function bring(within: ParentNode, { tab, unit, whatIf }: Pick<View, 'tab' | 'unit' | 'whatIf'>, steps: boolean): void {
  const own = tab === 'when' || (tab === 'what-if' && whatIf.corrupted !== null && whatIf.site !== 'parts');
  const chart = (own && find(within, '.figure')) || find(within, `.${unit}`);
  chart?.scrollIntoView({ block: 'nearest' });
  if (steps) find(within, 'training-steps')?.scrollIntoView({ block: 'nearest' });
}

/** Scrolls to the way in, if it is out of sight. */
export function bringTrail(within: ParentNode): void {
  find(within, 'path-trail')?.scrollIntoView({ block: 'nearest' });
}

/** Scrolls until such an element ends above an edge of the window. */
export function bringAbove(within: ParentNode, selector: string, edge: number): void {
  const { bottom = 0 } = find(within, selector)?.getBoundingClientRect() ?? {};
  if (bottom > edge) scrollBy({ top: bottom - edge + 8 });
}

/** The first such element, within what elements are made of too. */
function find(within: ParentNode, selector: string): Element | undefined {
  for (const element of within.querySelectorAll('*')) {
    if (element.matches(selector)) return element;
    const inside = element.shadowRoot && find(element.shadowRoot, selector);
    if (inside) return inside;
  }
  return undefined;
}
