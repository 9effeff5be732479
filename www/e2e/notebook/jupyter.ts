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
    const settings = Object.fromEntries(['CONFIG', 'DATA', 'RUNTIME'].map((of) => [`JUPYTER_${of}_DIR`, join(folder, of.toLowerCase())]));
    const options = ['--no-browser', '--allow-root', '--ServerApp.port=0', '--IdentityProvider.token=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'];
    const server = spawn(program, ['lab', `--ServerApp.root_dir=${folder}`, ...options], { env: { ...process.env, ...settings, IPYTHONDIR: join(folder, 'ipython'), JUPYTERLAB_SETTINGS_DIR: join(folder, 'settings') }, stdio: ['ignore', 'ignore', 'pipe'] });
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
  async open(page: Page, cells: readonly string[], theme: 'Light' | 'Dark' = 'Light'): Promise<Notebook> {
    const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } };
    const code = cells.map((source, i) => ({ cell_type: 'code', id: `cell-${i}`, metadata: {}, execution_count: null, outputs: [], source }));
    const name = `${(this.#notebooks += 1)}.ipynb`;
    writeFileSync(join(this.#folder, name), JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
    this.#set('themes', { theme: `JupyterLab ${theme}` });
    this.#set('notification', { fetchNews: 'false' });
    await page.goto(`${this.origin}/doc/tree/${name}?reset`);
    const notebook = new Notebook(page);
    // Before that, there is nothing to run.
    await notebook.cell(0).locator('.cm-content').click({ timeout: 60_000 });
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();
    return notebook;
  }

  #set(of: string, settings: object): void {
    const folder = join(this.#folder, 'settings/@jupyterlab/apputils-extension');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${of}.jupyterlab-settings`), JSON.stringify(settings));
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
    const before = await cell.locator('.jp-InputPrompt').textContent();
    await cell.locator('.cm-content').click();
    await this.page.keyboard.press('Control+Enter');
    await expect(cell.locator('.jp-InputPrompt')).toHaveText(/\d/);
    await expect(cell.locator('.jp-InputPrompt')).not.toHaveText(before ?? '');
    return (await cell.locator('.jp-OutputArea-output pre').allTextContents()).join('').trim();
  }

  /** The element that a cell shows. */
  element(index: number): Locator {
    return this.cell(index).locator('logit-attribution');
  }

  chart(index: number, name: RegExp): Locator {
    return this.element(index).getByRole('application', { name });
  }
}
