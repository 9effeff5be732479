import type { Tab } from './tab';

/** What can be seen of an element. */
export interface Sight {
  /** What it is called: by its label, or by its text. */
  name: string;
  text: string;
  value: string;
  /** Its place in the window, in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Someone who looks at the page and uses it, in whatever browser. Elements are found through shadow roots, by what they are called. */
export class Reader {
  constructor(readonly tab: Tab) {}

  /** All that is shown and matches. */
  see(selector: string, name = /(?:)/): Promise<Sight[]> {
    return this.tab.evaluate(look, selector, name.source, false);
  }

  /** The only one that is shown and matches, once there is one and it stays where it is. */
  async find(selector: string, name?: RegExp): Promise<Sight> {
    return this.#still(() => this.see(selector, name), `${selector} ${name ?? ''}`);
  }

  async click(selector: string, name = /(?:)/): Promise<void> {
    const { x, y, width, height } = await this.#still(
      () => this.tab.evaluate(look, selector, name.source, true),
      `${selector} ${name}`,
    );
    await this.tab.press(x + width / 2, y + height / 2);
  }

  /** Replaces what stands in a field by what is typed. */
  async fill(selector: string, name: RegExp, text: string): Promise<void> {
    await this.click(selector, name);
    await this.tab.evaluate(selectField);
    await this.tab.type(text);
  }

  async #still(see: () => Promise<Sight[]>, what: string): Promise<Sight> {
    let seen: Sight[] = [];
    for (const until = Date.now() + 15_000; Date.now() < until; ) {
      const before = seen[0];
      seen = await see();
      const [only, ...others] = seen;
      if (only && !others.length && before && (['x', 'y', 'width', 'height'] as const).every((side) => before[side] === only[side])) return only;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${seen.length} elements are ${what}, or it does not stand still: ${seen.map(({ name }) => name).join(', ')}`);
  }
}

// These run in the page, so each stands for itself.

function look(selector: string, pattern: string, reach: boolean): Sight[] {
  const within = (root: Document | ShadowRoot): HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>(selector),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : [])),
  ];
  const words = (element: Element) => (element.textContent ?? '').replace(/\s+/g, ' ').trim();
  return within(document).flatMap((element) => {
    const { labels, value = '' } = element as HTMLInputElement;
    const text = words(element);
    const name = element.getAttribute('aria-label') ?? ([...(labels ?? [])].map(words).join(' ') || text);
    if (!new RegExp(pattern).test(name) || !element.checkVisibility({ visibilityProperty: true })) return [];
    if (reach) element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    const { x, y, width, height } = element.getBoundingClientRect();
    return [{ name, text, value, x, y, width, height }];
  });
}

function selectField(): void {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  (focused as HTMLInputElement).select();
}
