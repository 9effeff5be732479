import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Locator, type Page } from '@playwright/test';

/** In which `cargo xtask test` installs JupyterLab and the wheel. */
const program = process.env['JUPYTER'] ?? fileURLToPath(new URL('../../../target/notebook/bin/jupyter', import.meta.url));

/** A JupyterLab of its own, with its own settings. */
export class JupyterLab {
  readonly #folder: string;
  readonly #server: ChildProcess;
  #notebooks = 0;

  private constructor(folder: string, server: ChildProcess, readonly origin: string) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<JupyterLab> {
    const folder = mkdtempSync(join(tmpdir(), 'logitscope-notebook-'));
    // Nobody is there to answer whether they want news.
    const settings = join(folder, 'settings/@jupyterlab/apputils-extension');
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, 'notification.jupyterlab-settings'), JSON.stringify({ fetchNews: 'false' }));
    const own = Object.fromEntries(['JUPYTER_CONFIG_DIR', 'JUPYTER_DATA_DIR', 'JUPYTER_RUNTIME_DIR', 'IPYTHONDIR'].map((name) => [name, join(folder, name)]));
    const options = ['--no-browser', '--allow-root', '--ServerApp.port=0', '--IdentityProvider.token=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'];
    const server = spawn(program, ['lab', `--ServerApp.root_dir=${folder}`, ...options], { env: { ...process.env, ...own, JUPYTERLAB_SETTINGS_DIR: join(folder, 'settings') }, stdio: ['ignore', 'ignore', 'pipe'] });
    const origin = new Promise<string>((resolve, reject) => {
      let said = '';
      server.stderr?.setEncoding('utf8').on('data', (text: string) => {
        const [, found] = /(http:\/\/(?:localhost|127\.0\.0\.1):[1-9]\d*)\//.exec((said += text)) ?? [];
        if (found) resolve(found);
      });
      server.on('error', () => reject(new Error(`${program} does not start: cargo xtask test installs it`)));
      server.on('exit', () => reject(new Error(`JupyterLab has ended: ${said}`)));
    });
    return new JupyterLab(folder, server, await origin);
  }

  /** Writes a notebook of these cells, opens it and runs all of them. */
  async open(page: Page, cells: readonly string[]): Promise<Notebook> {
    const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } };
    const code = cells.map((source, i) => ({ cell_type: 'code', id: `cell-${i}`, metadata: {}, execution_count: null, outputs: [], source }));
    const name = `${(this.#notebooks += 1)}.ipynb`;
    writeFileSync(join(this.#folder, name), JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
    await page.goto(`${this.origin}/doc/tree/${name}?reset`);
    const notebook = new Notebook(page);
    await notebook.cell(0).locator('.cm-content').click({ timeout: 60_000 });
    // Before the kernel listens, nothing is run, and nothing is said.
    await expect(async () => {
      await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click({ timeout: 5000 });
      await expect(notebook.cell(0).locator('.jp-InputPrompt')).toHaveText(/\d|\*/, { timeout: 5000 });
    }).toPass({ timeout: 60_000 });
    return notebook;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#server.on('exit', resolve));
    this.#server.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A notebook that is open. */
export class Notebook {
  constructor(private readonly page: Page) {}

  cell(index: number): Locator {
    return this.page.locator('.jp-CodeCell').nth(index);
  }

  /** Runs a cell once more, and gives what it prints. */
  async printed(index: number): Promise<string> {
    const cell = this.cell(index);
    const prompt = cell.locator('.jp-InputPrompt');
    await expect(prompt).toHaveText(/\d/);
    const [before] = /\d+/.exec((await prompt.textContent()) ?? '') ?? [];
    await cell.locator('.cm-content').click();
    await this.page.keyboard.press('Control+Enter');
    await expect(prompt).toHaveText(new RegExp(`^\\[(?!${before}\\])\\d+\\]:$`));
    return (await cell.locator('.jp-OutputArea-output pre').allTextContents()).join('').trim();
  }

  /** Has JupyterLab look otherwise. */
  async theme(name: 'Dark' | 'Light'): Promise<void> {
    await this.page.keyboard.press('Control+Shift+C');
    await this.page.locator('.lm-CommandPalette-input').fill(`JupyterLab ${name}`);
    await this.page.locator('.lm-CommandPalette-item').filter({ hasText: new RegExp(`JupyterLab ${name}$`) }).first().click();
  }

  /** The element that a cell shows. */
  element(index: number): Locator {
    return this.cell(index).locator('logit-attribution');
  }

  chart(index: number, name: RegExp): Locator {
    return this.element(index).getByRole('application', { name });
  }
}
