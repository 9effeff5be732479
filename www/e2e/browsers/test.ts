import { test as base } from '@playwright/test';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { FileServer } from '../server';
import { Reader } from './reader';
import { openTab, type BrowserName, type Settings } from './tab';

export { expect };

/** A reader in a browser that was just installed. */
export class Visitor extends Reader {
  private constructor(
    tab: Reader['tab'],
    readonly server: FileServer,
    private readonly downloads: string,
  ) {
    super(tab);
  }

  static async come(browser: BrowserName, server: FileServer, settings?: Omit<Settings, 'downloads'>): Promise<Visitor> {
    const downloads = await mkdtemp(join(tmpdir(), 'logitscope-downloads-'));
    const tab = await openTab(browser, { downloads, ...settings });
    return new Visitor(tab, server, downloads);
  }

  async leave(): Promise<void> {
    await this.tab.close();
    await rm(this.downloads, { recursive: true, force: true, maxRetries: 5 });
  }

  async open(hash = ''): Promise<void> {
    // Only another page is loaded anew.
    await this.tab.open('about:blank');
    await this.tab.open(this.server.page + hash);
    await this.answered();
  }

  /** Waits until the charts answer the current question. */
  async answered(): Promise<void> {
    await expect.poll(async () => (await this.see('chart-figure')).length).toBe(3);
    // A WebKit that is slow to start is slow to load the model, too.
    await expect.poll(async () => (await this.see('.charts[aria-busy="false"]')).length, { timeout: 30_000 }).toBe(1);
  }

  /** What the page says of whether the parts add up. */
  async identity(): Promise<string> {
    return (await this.find('[role=group]', /^Identity$/)).text;
  }

  /** Loads a model by its address from the menu. */
  async load(address: string): Promise<void> {
    await this.click('button', /^Model:/);
    await this.fill('input', /^Another GPT-2/, address);
    await this.click('button', /^Load$/);
  }

  /** What was downloaded as this format, once it is there. */
  async download(format: 'PNG' | 'SVG' | 'CSV' | 'JSON'): Promise<{ name: string; bytes: Buffer }> {
    await this.click('button', new RegExp(`^Download .* as ${format}$`));
    return this.downloaded(format);
  }

  async downloaded(format: string): Promise<{ name: string; bytes: Buffer }> {
    let found: { name: string; bytes: Buffer } | undefined;
    await expect
      .poll(async () => {
        const name = (await readdir(this.downloads)).find((name) => name.endsWith(`.${format.toLowerCase()}`));
        if (name) found = { name, bytes: await readFile(join(this.downloads, name)) };
        return found?.bytes.length ?? 0;
      }, `a download as ${format}`)
      .toBeGreaterThan(0);
    return found!;
  }
}

interface Fixtures {
  /** How the browser is set up. */
  settings: Omit<Settings, 'downloads'>;
  server: FileServer;
  visitor: Visitor;
}

/** A test with a visitor in one of the browsers. */
export const test = base.extend<Fixtures & { browserUnderTest: BrowserName }>({
  browserUnderTest: ['chromium', { option: true }],
  settings: [{}, { option: true }],
  server: async ({}, use) => {
    const server = new FileServer();
    await server.start();
    await use(server);
    await server.stop();
  },
  visitor: async ({ server, settings, browserUnderTest }, use) => {
    const visitor = await Visitor.come(browserUnderTest, server, settings);
    await use(visitor);
    await visitor.leave();
  },
});
