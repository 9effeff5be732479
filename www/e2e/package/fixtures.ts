import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sirv from 'sirv';
import { expect, test as base, type Page } from '@playwright/test';
import { FileServer } from '../server';

export { expect };

/** A project each that has the package from npm, as `cargo xtask package` installs it. */
export const EMBED = fileURLToPath(new URL('../../../tests/embed/', import.meta.url));

const execute = promisify(execFile);

/** Runs a script of one of the projects to its end. */
export async function build(project: string): Promise<void> {
  await execute('npm', ['run', '--silent', 'build'], { cwd: EMBED + project, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } });
}

/** Runs Node in one of the projects; gives what it prints. */
export async function node(project: string, ...args: string[]): Promise<string> {
  return (await execute(process.execPath, args, { cwd: EMBED + project })).stdout;
}

/** A server that runs until it is stopped. */
export interface Served {
  url: string;
  stop: () => unknown;
}

/** The files that a bundler wrote, as the root of a site. */
export async function serve(folder: string): Promise<Served> {
  const server = createServer(sirv(EMBED + folder, { dev: true }));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop: () => server.close() };
}

/** A project's own server, when it has said where it is. */
export async function start(project: string, script: string, ...args: string[]): Promise<Served> {
  const server = spawn(process.execPath, [`${EMBED}node_modules/${script}`, ...args], {
    cwd: EMBED + project,
    env: { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' },
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\/\/[\w.]+:\d+/.exec(said) ?? [];
      if (url) resolve(`${url}/`);
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.on('close', () => reject(new Error(`${script} stopped: ${said}`)));
  });
  return { url, stop: () => server.kill() };
}

export const test = base.extend<{ policy: string | undefined; isolates: boolean; server: FileServer }>({
  policy: [undefined, { option: true }],
  isolates: [false, { option: true }],
  server: async ({ policy, isolates }, use) => {
    if (!existsSync(`${EMBED}node_modules/logitscope`)) throw new Error('The package is not installed in tests/embed: cargo xtask package');
    const server = new FileServer(isolates, policy);
    await server.start();
    await use(server);
    await server.stop();
  },
});

/** What a page writes that asks the bundled model. */
export async function answer(page: Page, server: FileServer, url: string, options: Record<string, string> = {}): Promise<string> {
  const query = new URLSearchParams({ model: `${server.page}models/bundled/`, ...options });
  await page.goto(`${url}?${query}`);
  const output = page.locator('output');
  await expect(output).not.toBeEmpty({ timeout: 60_000 });
  return output.innerText();
}

/** The right one, by this engine. */
export const right = (engine: { simd: string; threads: number }, notices: unknown[] = []) => ({
  total: expect.closeTo(15.84994, 4) as unknown,
  error: expect.closeTo(0, 5) as unknown,
  engine,
  notices,
});
