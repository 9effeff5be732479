import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

const folder = (relative: string) =>
  sirv(fileURLToPath(new URL(relative, import.meta.url)), { dev: true, etag: true });

/** What a server can do to a file: not have it, ask who wants it, send a page in its place, break off halfway, stall there, or keep it to itself. */
export type Fault = 'missing' | 'denied' | 'page' | 'cut' | 'stall' | 'no CORS';

/** Answers with a file that was made, in a way of its own. */
export type Misbehaviour = (response: ServerResponse, file: Buffer) => void;

/** The page under a path of a plain file server, as on GitHub Pages, with models beside it that tests can break. */
const PATH = '/some/where/';

export class FileServer {
  readonly faults = new Map<string, Fault | Misbehaviour>();
  readonly requests: string[] = [];
  /** Models and pages made by tests: the bytes of their files, by path. */
  readonly #made = new Map<string, Buffer>();
  readonly #folders = Object.entries({
    [PATH]: folder('../../dist/'),
    '/models/': folder('../../tests/data/'),
    '/package/': folder('../../tests/embed/node_modules/logitscope/'),
    '/embed/': folder('../../tests/embed/'),
  });
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  /** One that sends what isolates a page, or, as GitHub Pages, one that cannot; and a Content-Security-Policy, if given. */
  constructor(
    readonly isolates = true,
    readonly policy?: string,
  ) {}

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The same server, for a browser another one. */
  get elsewhere(): string {
    return this.origin.replace('127.0.0.1', 'localhost');
  }

  get page(): string {
    return this.origin + PATH;
  }

  /** The folder of one of the models in tests/data, or of one that was made. */
  model(name: string): string {
    return `${this.origin}/models/${name}/`;
  }

  /** Serves the files of a model from memory; gives its folder. */
  make(name: string, files: Record<string, Buffer>): string {
    for (const [file, bytes] of Object.entries(files)) this.#made.set(`/models/${name}/${file}`, bytes);
    return this.model(name);
  }

  /** Serves a page from memory; gives its address. */
  article(html: string): string {
    this.#made.set('/an/article.html', Buffer.from(html));
    return `${this.origin}/an/article.html`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push(path);
    const fault = [...this.faults].find(([file]) => path.endsWith(`/${file}`))?.[1];
    // As GitHub Pages and the Hugging Face hub do.
    if (fault !== 'no CORS') response.setHeader('access-control-allow-origin', '*');
    if (this.isolates) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    if (this.policy) response.setHeader('content-security-policy', this.policy);
    const [file = ''] = path.split('?');
    const made = this.#made.get(file);
    if (typeof fault === 'function') return fault(response, made ?? Buffer.alloc(0));
    const missing = () => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><title>404</title>');
    };
    if (fault === 'missing') return missing();
    if (fault === 'denied') {
      response.writeHead(401, { 'content-type': 'text/html' }).end('<!doctype html><title>401</title>');
      return;
    }
    if (fault === 'page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Please sign in</title>');
      return;
    }
    if (fault === 'cut' || fault === 'stall') throttle(response, fault);
    if (made) {
      const type = file.endsWith('.html') ? 'text/html' : 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-length': made.length }).end(made);
      return;
    }
    const [prefix, files] = this.#folders.find(([prefix]) => path.startsWith(prefix)) ?? [];
    if (!prefix || !files) return missing();
    request.url = path.slice(prefix.length - 1);
    files(request, response, missing);
  }
}

/** Lets half of the body through, bit by bit, and then nothing more, or closes the connection. */
function throttle(response: ServerResponse, fault: 'cut' | 'stall'): void {
  const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
  const chunks: Uint8Array[] = [];
  response.write = (chunk: Uint8Array) => chunks.push(chunk) > 0;
  response.end = (last?: unknown) => {
    if (last instanceof Uint8Array) chunks.push(last);
    const body = Buffer.concat(chunks);
    const half = body.subarray(0, body.length / 2);
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < half.length) return void write(half.subarray(sent, (sent += Math.ceil(half.length / 8))));
      clearInterval(timer);
      if (fault === 'cut') response.destroy();
    }, 50);
    response.on('close', () => clearInterval(timer));
    return response;
  };
}
