import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Key, Settings, Tab } from './tab';

/** What WebDriver calls keys. */
const KEYS: Record<Key, string> = { Enter: '\uE007', PageDown: '\uE00F', PageUp: '\uE00E', Tab: '\uE004' };

/** WebKitGTK's MiniBrowser, by WebDriver (https://www.w3.org/TR/webdriver2), on a display of its own that nobody sees. */
export async function openWebKit(driver: string, { downloads }: Settings): Promise<Tab> {
  const home = await mkdtemp(join(tmpdir(), 'logitscope-webkit-'));
  for (const gtk of ['gtk-3.0', 'gtk-4.0']) {
    await mkdir(join(home, '.config', gtk), { recursive: true });
    // A window is no narrower than its toolbar, and a phone is.
    await writeFile(join(home, '.config', gtk, 'gtk.css'), '* { min-width: 0; padding: 0; margin: 0; }');
  }
  await writeFile(join(home, '.config/user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
  const display = await openDisplay();
  const port = await freePort();
  const server = await start(driver, [`--port=${port}`], 'ignore', {
    DISPLAY: `:${display.number}`,
    GDK_BACKEND: 'x11',
    LIBGL_ALWAYS_SOFTWARE: '1',
    // As root, WebKit's sandbox refuses to start.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local/share'),
  });
  const end = async () => {
    await Promise.all([server, display.process].map(stop));
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const session = await Session.start(`http://127.0.0.1:${port}`);
    await session.resize(1440, 900);
    return session.tab(end);
  } catch (error) {
    await end();
    throw error;
  }
}

class Session {
  private constructor(private readonly url: string) {}

  static async start(driver: string): Promise<Session> {
    await answers(driver);
    const capabilities = { alwaysMatch: { browserName: 'MiniBrowser' } };
    const { sessionId } = await send<{ sessionId: string }>('POST', `${driver}/session`, { capabilities });
    return new Session(`${driver}/session/${sessionId}`);
  }

  tab(end: () => Promise<void>): Tab {
    return {
      open: (url) => this.#post('url', { url }),
      evaluate: (script, ...args) => this.#evaluate(script, args),
      press: (x, y) =>
        this.#act('pointer', [
          { type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) },
          { type: 'pointerDown', button: 0 },
          { type: 'pointerUp', button: 0 },
        ]),
      type: (text) => this.#type(text),
      key: (name) => this.#type(KEYS[name]),
      resize: (width, height) => this.resize(width, height),
      screenshot: async () => Buffer.from(await send<string>('GET', `${this.url}/screenshot`), 'base64'),
      close: async () => {
        await send('DELETE', this.url);
        await end();
      },
    };
  }

  /** WebDriver knows the size of the window; the page's is less by what is around it. */
  async resize(width: number, height: number): Promise<void> {
    let [wide, high] = [width, height];
    for (let tries = 0; tries < 50; tries += 1) {
      const page = await this.#evaluate(() => ({ width: innerWidth, height: innerHeight }), []);
      if (page.width === width && page.height === height) return;
      if (tries % 10 === 0) {
        if (tries > 0) [wide, high] = [wide + width - page.width, high + height - page.height];
        await this.#post('window/rect', { width: wide, height: high });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`WebKit's window cannot be made ${width} × ${height}`);
  }

  async #evaluate<A extends unknown[], R>(script: (...args: A) => R, args: A): Promise<Awaited<R>> {
    const body = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${script})(...[...arguments].slice(0, -1)))
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#post<{ value: Awaited<R>; error?: string }>('execute/async', { script: body, args });
    if (error !== undefined) throw new Error(error);
    return value;
  }

  #type(text: string): Promise<void> {
    return this.#act('key', [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]));
  }

  #act(type: 'pointer' | 'key', actions: object[]): Promise<void> {
    return this.#post('actions', { actions: [{ type, id: type, actions }] });
  }

  #post<T>(command: string, body: object): Promise<T> {
    return send<T>('POST', `${this.url}/${command}`, body);
  }
}

async function send<T>(method: string, url: string, body?: object): Promise<T> {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`WebKit's driver: ${value.error}: ${value.message}`);
  return value;
}

/** Waits until the driver listens. */
async function answers(driver: string): Promise<void> {
  for (let tries = 100; ; tries -= 1) {
    try {
      return await send('GET', `${driver}/status`);
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** An X server that chooses a number which is free, and tells it. */
async function openDisplay(): Promise<{ process: ChildProcess; number: number }> {
  const told: StdioOptions = ['ignore', 'ignore', 'ignore', 'pipe'];
  const process = await start('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], told);
  const number = await new Promise<number>((resolve, reject) => {
    process.once('exit', () => reject(new Error('Xvfb ended')));
    process.stdio[3]?.once('data', (line) => resolve(Number(line)));
  });
  return { process, number };
}

function start(program: string, args: string[], stdio: StdioOptions, environment: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio, env: { ...process.env, ...environment } });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child));
    child.once('error', (error) => reject(new Error(`${program} did not start: ${error.message}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
