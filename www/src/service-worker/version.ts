import { relaxedSimd } from 'wasm-feature-detect';

declare const self: ServiceWorkerGlobalScope & {
  /** What the page of this build says that it is. The build writes both into the worker. */
  readonly VERSION: string;
  /** The SHA-256 of every file that the page may fetch from its own folder, in hex, by the file's path there. */
  readonly FILES: Readonly<Record<string, string>>;
};

/** The page's own folder, as a URL. */
const { scope } = self.registration;

/** What the names of all versions' caches begin with. */
const PREFIX = `logitscope ${scope} `;
const NAME = PREFIX + self.VERSION;

/** The page itself. */
export const INDEX = 'index.html';

/** The folder of files that have a hash in their names: of whichever version, they never change. */
const IMMUTABLE = 'logitscope/';

/** The path in the page's folder; undefined for what is elsewhere. */
export function pathOf(url: string): string | undefined {
  const bare = url.replace(/[?#].*/s, '');
  return bare.startsWith(scope) ? bare.slice(scope.length) || INDEX : undefined;
}

export function isPage(path: string): boolean {
  return path.endsWith('.html') && path in self.FILES;
}

/** Whether a version of the page has a file of this path. A page of the same origin that is not Logitscope's has others. */
export function isOwn(path: string): boolean {
  return path in self.FILES || path.startsWith(IMMUTABLE);
}

export function isImmutable(path: string): boolean {
  return path.startsWith(IMMUTABLE);
}

/** The version that a page says that it is; undefined if it is not Logitscope's. */
export function versionOf(html: string): string | undefined {
  return /<meta name="logitscope" content="([^"]*)"/.exec(html)?.[1];
}

export function isCurrent(version: string | undefined): boolean {
  return version === self.VERSION;
}

/** Keeps whatever the page needs to open without the network. The pages come last: with its index, a version is complete. */
export async function keepAll(): Promise<void> {
  const needed = await Promise.all(Object.keys(self.FILES).map(async (path) => ((await isNeeded(path)) ? path : [])));
  const [pages, files] = [true, false].map((page) => needed.flat().filter((path) => isPage(path) === page));
  await Promise.all((files ?? []).map(keep));
  for (const path of pages ?? []) await keep(path);
}

/** Checkpoints come when they are asked for, and of WebAssembly's modules a browser runs half. */
async function isNeeded(path: string): Promise<boolean> {
  const [, relaxed] = /\/model-(?:threads-)?(relaxed-)?[^/]*\.wasm$/.exec(path) ?? [];
  if (path.endsWith('.wasm') && path.includes('/model-')) return Boolean(relaxed) === (await relaxedSimd());
  return !/\.step-\d+\.safetensors$/.test(path);
}

/** Keeps a file, from an earlier version's cache if it is the same there. */
async function keep(path: string): Promise<void> {
  const url = scope + (path === INDEX ? '' : path);
  for (const find of [() => caches.match(scope + path), () => fetch(url, { cache: isImmutable(path) ? 'default' : 'no-cache' })]) {
    const response = await find();
    if (response?.ok && (await keepAnswer(path, response))) return;
  }
  throw new Error(`${url} is not of version ${self.VERSION}`);
}

/** Keeps what a server answered for a file, if it is this version's. */
export async function keepAnswer(path: string, response: Response): Promise<boolean> {
  const bytes = await response.arrayBuffer();
  if (!(await isOfVersion(path, bytes))) return false;
  // A policy that the server has for the page is kept with it.
  const headers = new Headers(response.headers);
  headers.delete('Content-Encoding');
  headers.set('Content-Length', String(bytes.byteLength));
  if (removed) return false;
  await (await caches.open(NAME)).put(scope + path, new Response(bytes, { headers }));
  return true;
}

async function isOfVersion(path: string, bytes: ArrayBuffer): Promise<boolean> {
  // Some hosts add a script of theirs to every page.
  if (isPage(path)) return isCurrent(versionOf(new TextDecoder().decode(bytes)));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('') === self.FILES[path];
}

/** The cache of a version's files, complete or not. */
export function cacheOf(version: string): string {
  return PREFIX + version;
}

/** The cache to open pages from where there is no server: that of the latest version of which everything is kept. */
export async function latest(): Promise<string> {
  for (const name of (await versions()).reverse()) if (await kept(INDEX, name)) return name;
  return NAME;
}

/** A file in a cache of {@link cacheOf}. */
export async function kept(path: string, cacheName: string): Promise<Response | undefined> {
  // A cache that was deleted meanwhile would be made again by opening it.
  return caches.match(scope + path, { cacheName });
}

/** A file whose name has a hash, of whichever version. */
export async function keptOfAny(path: string): Promise<Response | undefined> {
  for (const name of await versions()) {
    const response = await kept(path, name);
    if (response) return response;
  }
  return undefined;
}

/** Deletes the files of versions before this one that no tab is open on: each tab has a lock of its cache's name. */
export async function clean(): Promise<void> {
  // The one that is being kept has no tab yet.
  if (self.registration.installing ?? self.registration.waiting) return;
  const { held = [] } = await navigator.locks.query();
  const used = new Set([NAME, ...held.map(({ name }) => name)]);
  await Promise.all((await versions()).filter((name) => !used.has(name)).map((name) => caches.delete(name)));
}

/** Whether this worker is at its end: what it still fetches for a page that was left is not kept, or there would be a cache again. */
let removed = false;

/** Ends the worker, and leaves nothing of it. What models are kept is not its own. */
export async function remove(): Promise<void> {
  removed = true;
  await Promise.all((await versions()).map((name) => caches.delete(name)));
  await self.registration.unregister();
}

async function versions(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}
