import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { FileServer } from './server';

export { expect };

/** Gives the window another size, and waits until the page is laid out for it; its charts are drawn some frames later. */
export async function resize(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(size);
  await page.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, size);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** The page's element, as far as tests look into it. */
type PageElement = HTMLElement & { stores: import('../src/stores/stores').Stores };

/** Waits until the page has heard what was done: the hash that was changed, and what a click asks the model before it asks anew. */
export async function heard(page: Page): Promise<void> {
  // The page may be left meanwhile.
  await expect(async () => {
    await page.evaluate(async () => {
      await new Promise((turn) => setTimeout(turn));
      const scope = document.querySelector<PageElement>('logitscope-page')?.stores.models.scope;
      // Questions are answered in the order in which they were asked.
      await scope?.memory().catch(() => {});
    });
  }).toPass({ timeout: 30_000 });
}

/** Waits until nothing changes by itself any more: rows out of sight are rendered by then, and the address says what is shown. */
export async function quiet(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { stores } = document.querySelector<PageElement>('logitscope-page')!;
    const watching = new AbortController();
    let changed = true;
    for (const store of Object.values(stores)) {
      if (store instanceof EventTarget) store.addEventListener('change', () => (changed = true), watching);
    }
    while (changed) {
      changed = false;
      // Longer than the page itself waits for anything.
      await new Promise((later) => setTimeout(later, 400));
      await stores.models.scope?.memory().catch(() => {});
    }
    watching.abort();
  });
}

/** Lets all that is due be rendered and drawn: of the charts at least one a frame. */
export async function frames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let i = 0; i < 8; i += 1) await new Promise(requestAnimationFrame);
  });
}

/** Waits until nothing fades or moves. */
export async function still(page: Page): Promise<void> {
  const moving = () =>
    page.evaluate(() => {
      const within = (root: Document | ShadowRoot): Animation[] => [
        ...root.getAnimations(),
        ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? within(shadowRoot) : [])),
      ];
      return within(document).filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).length;
    });
  await expect.poll(moving).toBe(0);
}

/** The page as a reader sees it. */
export class Logitscope {
  /** What the browser complained of: console errors and exceptions. */
  readonly complaints: string[] = [];
  /** Complaints that a test provokes. */
  expected?: RegExp;
  /** What was requested, from anywhere. */
  readonly requests: string[] = [];

  constructor(
    readonly page: Page,
    readonly server: FileServer,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  async open(hash = ''): Promise<void> {
    await this.page.goto(this.server.page + hash);
    await this.answered();
  }

  /** The checkpoints that training.json says there are, in the order of the slider. */
  async checkpoints(): Promise<Checkpoint[]> {
    const response = await this.page.request.get(`${this.server.page}models/bundled/training.json`);
    const { tests } = (await response.json()) as { tests: Partial<Checkpoint>[] };
    return tests.filter((test): test is Checkpoint => test.weights !== undefined);
  }

  /** Puts the slider on the checkpoint with this index, and waits for its answer. */
  async goTo(index: number): Promise<void> {
    await this.steps.fill(String(index));
    await this.answered();
  }

  /** Waits until the charts answer the current question. */
  async answered(): Promise<void> {
    await heard(this.page);
    await expect(this.page.locator('chart-figure')).toHaveCount(3);
    await expect(this.page.locator('answer-charts .charts')).toHaveAttribute('aria-busy', 'false');
  }

  /** Waits until the answer is there with all that comes by itself after it: sources, hints, notes, what heads are. */
  async settled(): Promise<void> {
    const all = () =>
      this.page.evaluate(() => {
        const { answer, heads } = document.querySelector<PageElement>('logitscope-page')!.stores;
        return Boolean(answer.answered && answer.state.sources && heads.state.scores);
      });
    await heard(this.page);
    await expect.poll(all).toBe(true);
    await quiet(this.page);
    await still(this.page);
  }

  get prompt(): Locator {
    return this.page.getByRole('textbox', { name: 'Prompt' });
  }
  get answer(): Locator {
    return this.page.getByRole('textbox', { name: /^Answer/ });
  }
  get incorrect(): Locator {
    return this.page.getByRole('textbox', { name: /^Incorrect/ });
  }
  get tokens(): Locator {
    return this.page.getByRole('group', { name: /^Tokens/ }).getByRole('button');
  }
  get predictions(): Locator {
    return this.page.getByRole('button', { name: /^Explain / });
  }
  get selected(): Locator {
    return this.page.getByRole('region', { name: 'Selected part' });
  }
  get identity(): Locator {
    return this.page.getByRole('group', { name: 'Identity' });
  }
  get table(): Locator {
    return this.page.getByRole('table', { name: /^Contributions/ });
  }
  get alert(): Locator {
    return this.page.getByRole('alert');
  }
  get modelButton(): Locator {
    return this.page.getByRole('button', { name: /^Model:/ });
  }
  /** Goes through the bundled model's training. */
  get steps(): Locator {
    return this.page.getByRole('slider', { name: 'steps trained' });
  }
  chart(name: 'Running sum' | 'Components' | 'Heads'): Locator {
    return this.page.getByRole('application', { name: new RegExp(`^${name}`) });
  }
  unit(name: 'Running sum' | 'Components' | 'Heads'): Locator {
    return this.page.getByRole('group', { name: 'Unit' }).getByRole('button', { name });
  }

  async load(model: string): Promise<void> {
    await this.modelButton.click();
    await this.page.getByRole('textbox', { name: /^Another GPT-2/ }).fill(model);
    await this.page.getByRole('button', { name: 'Load', exact: true }).click();
  }

  /** Asked whether to load what a link names. */
  get offer(): Locator {
    return this.page.getByRole('region', { name: 'The link’s model' });
  }

  /** Says yes to the model that a link names, and waits for its answer. */
  async accept(): Promise<void> {
    await this.offer.getByRole('button', { name: 'Load it' }).click();
    await expect(this.page.getByRole('progressbar')).toHaveCount(0);
    await expect(this.modelButton).not.toHaveAccessibleName('Model: bundled model');
    await this.answered();
  }

  /** Presses a download button, of the scatter if that is named; gives the file's name and bytes. */
  async download(format: 'PNG' | 'SVG' | 'CSV' | 'JSON', of = '(?!Direct against total).*'): Promise<{ name: string; bytes: Buffer }> {
    // Chromium drops those beyond ten a second.
    await this.page.waitForTimeout(100);
    const downloading = this.page.waitForEvent('download');
    await this.page.getByRole('button', { name: new RegExp(`^Download ${of} as ${format}$`) }).click();
    const download = await downloading;
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** The numbers on the page, as its JSON download gives them. */
  async numbers(): Promise<Numbers> {
    return JSON.parse((await this.download('JSON')).bytes.toString()) as Numbers;
  }
}

/** What training.json says of a test whose weights are there. */
export interface Checkpoint {
  step: number;
  weights: string;
}

/** The fields of the JSON download that tests look at. */
export interface Numbers {
  model: string;
  unit: string;
  position: number;
  tokens: { id: number; text: string }[];
  answer: { id: number; text: string };
  incorrect?: { id: number; text: string };
  labels: string[];
  attribution: number[];
  positions: number[];
  logit: number[];
  bias: number[];
  total: number[];
  error: number[];
}

interface Fixtures {
  /** What a test before asked of the server is over. */
  clean: void;
  /** A tab in which nothing is open yet, for tests that begin with a link. */
  blank: Logitscope;
  scope: Logitscope;
}

/** A test with the page open on what a first visitor sees; it fails if the browser complains of anything. */
export const test = base.extend<Fixtures, { server: FileServer }>({
  server: [
    async ({}, use) => {
      const server = new FileServer();
      await server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  clean: [
    async ({ server }, use) => {
      server.faults.clear();
      server.requests.length = 0;
      await use();
    },
    { auto: true },
  ],
  blank: async ({ page, server }, use) => {
    const scope = new Logitscope(page, server);
    await use(scope);
    expect(scope.complaints.filter((complaint) => !scope.expected?.test(complaint))).toEqual([]);
  },
  scope: async ({ blank }, use) => {
    await blank.open();
    await use(blank);
  },
});
