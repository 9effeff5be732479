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
  find(selector: string, name = /(?:)/): Promise<Sight> {
    return this.#find(selector, name, false);
  }

  /** Clicks in its middle, again if the page moved meanwhile. What covers it is not clicked through. */
  async click(selector: string, name = /(?:)/): Promise<void> {
    for (let tries = 5; tries > 0; tries -= 1) {
      const { x, y, width, height } = await this.#find(selector, name, true);
      await this.tab.press(x + width / 2, y + height / 2);
      for (let waited = 0; waited < 10; waited += 1) {
        if (await this.tab.evaluate(isClicked)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error(`${selector} ${name} gets no clicks`);
  }

  /** Replaces what stands in a field by what is typed. */
  async fill(selector: string, name: RegExp, text: string): Promise<void> {
    await this.click(selector, name);
    await this.tab.evaluate(selectField);
    await this.tab.type(text);
  }

  async #find(selector: string, name: RegExp, reach: boolean): Promise<Sight> {
    let seen: Sight[] = [];
    for (const until = Date.now() + 15_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const [before] = seen;
      seen = await this.tab.evaluate(look, selector, name.source, reach);
      const [only] = seen;
      if (seen.length === 1 && only && before && (['x', 'y', 'width', 'height'] as const).every((side) => before[side] === only[side])) return only;
    }
    throw new Error(`${seen.length} elements are ${selector} ${name}, or it does not stand still: ${seen.map((one) => one.name).join(', ')}`);
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
    if (reach) {
      element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      const page = globalThis as { clicked?: boolean };
      page.clicked = false;
      element.addEventListener('click', () => (page.clicked = true), { once: true, capture: true });
    }
    const { x, y, width, height } = element.getBoundingClientRect();
    return [{ name, text, value, x, y, width, height }];
  });
}

function isClicked(): boolean {
  return (globalThis as { clicked?: boolean }).clicked === true;
}

function selectField(): void {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  (focused as HTMLInputElement).select();
}
