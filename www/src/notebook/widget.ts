import type { LogitAttributionElement } from '../embed/types';

/** A widget's state, which its Python shares, and messages to it and from it: as much of anywidget's model as is used. */
export interface WidgetModel<State> {
  get<K extends keyof State & string>(name: K): State[K];
  set<K extends keyof State & string>(name: K, value: State[K]): void;
  save_changes(): void;
  on(event: string, listener: (...of: never[]) => void): void;
  off(event: string, listener: (...of: never[]) => void): void;
  send(content: unknown): void;
}

/** What anywidget gives a widget that is to be shown. */
export interface Rendering<State> {
  model: WidgetModel<State>;
  el: HTMLElement;
}

/** Puts an element into a notebook, with its selection shared; `ask` gives it what it is to show, again whenever one of these changes. Gives what ends it. */
export function place<State extends { selected: string | null }>(
  { model, el }: Rendering<State>,
  names: readonly (keyof State & string)[],
  ask: (element: LogitAttributionElement) => void,
): { element: LogitAttributionElement; end: () => void } {
  const element = document.createElement('logit-attribution');
  const asked = () => ask(element);
  const select = () => (element.selected = model.get('selected'));
  asked();
  select();
  for (const name of names) model.on(`change:${name}`, asked);
  model.on('change:selected', select);
  element.addEventListener('select', ({ detail }) => {
    model.set('selected', detail.label);
    model.save_changes();
  });
  // Where JupyterLab's keys would go to another cell, they walk the chart.
  el.dataset['lmSuppressShortcuts'] = 'true';
  // Some notebooks take it from all that they show.
  element.style.padding = '12px 16px';
  el.append(element);
  const unfollow = followScheme(el, element);
  const end = () => {
    for (const name of names) model.off(`change:${name}`, asked);
    model.off('change:selected', select);
    unfollow();
    element.remove();
  };
  return { element, end };
}

/** Notebooks say by the colour of their text alone that they are dark. */
function followScheme(el: HTMLElement, element: HTMLElement): () => void {
  const read = () => {
    element.style.colorScheme = isLight(getComputedStyle(el).color) ? 'dark' : 'light';
  };
  el.style.transition = 'color 1ms';
  for (const over of ['transitionend', 'transitioncancel'] as const) el.addEventListener(over, read);
  // It is in the page, and has a colour, when it has a size.
  const sized = new ResizeObserver(read);
  sized.observe(el);
  return () => sized.disconnect();
}

/** By the first of its numbers, which is red or how light it is; some notebooks have theirs as `color(srgb …)` or `oklch(…)`. */
function isLight(color: string): boolean {
  const [, space, first] = /^(\w+).*?[ (]([\d.]+)/.exec(color) ?? [];
  const most = space?.startsWith('rgb') ? 255 : space === 'lab' || space === 'lch' ? 100 : 1;
  return Number(first) > most / 2;
}
