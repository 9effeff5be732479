import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import type { FileServer } from './server';

/** What the terminal program wrote with `--format json`, of the bundled model. */
export const EXPORTED = ['heads', 'sources', 'difference', 'score', 'set', 'lens', 'effects', 'patching'] as const;
export type Exported = (typeof EXPORTED)[number];

export function exported(name: Exported): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`exported/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;
}

/** An event of an element, as far as it can be told outside of its page. */
export interface Heard {
  type: string;
  detail: unknown;
}

/** A page of somebody else's with elements in it. */
export class Article {
  constructor(
    readonly page: Page,
    readonly server: FileServer,
  ) {}

  /** Opens it with this body; `style` is the article's own. */
  async open(body: string, style = ':root { color-scheme: light dark } body { max-width: 720px; margin: 0 auto }'): Promise<void> {
    await this.page.route(`${this.server.origin}/article.html`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en"><head><title>An article</title><meta name="viewport" content="width=device-width"><style>${style}</style>
          <script>
            self.heard = [];
            for (const type of ['select', 'answer', 'error']) document.addEventListener(type, (event) => event.target.localName === 'logit-attribution' && self.heard.push({ type, detail: JSON.parse(JSON.stringify(event.detail)) }));
          </script>
          <script type="module" src="${this.server.page}elements.js"></script></head><body><main><h1>An article</h1>${body}</main></body></html>`,
      }),
    );
    await this.page.goto(`${this.server.origin}/article.html`);
  }

  /** Serves an exported answer; gives its URL. */
  serve(name: string, json: unknown): string {
    return this.server.make('exported', { [name]: Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)) }) + name;
  }

  get element(): Locator {
    return this.page.locator('logit-attribution');
  }

  chart(name: RegExp): Locator {
    return this.page.getByRole('application', { name });
  }

  heard(type?: string): Promise<Heard[]> {
    return this.page.evaluate((type) => (self as unknown as { heard: Heard[] }).heard.filter((event) => !type || event.type === type), type);
  }
}
