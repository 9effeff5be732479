// The service worker. It has the page open without the network, and isolates it, which takes headers that not every server
// can send. It answers for the page's own files and for nothing else of the origin, and with one version's at a time: a page
// and its scripts come from the same version's cache, or all from the server.

import {
  INDEX,
  cacheOf,
  clean,
  isCurrent,
  isImmutable,
  isOwn,
  isPage,
  keepAll,
  keepAnswer,
  kept,
  keptOfAny,
  latest,
  pathOf,
  remove,
  versionOf,
} from './version';

declare const self: ServiceWorkerGlobalScope & { readonly VERSION: string };

/** The longest that the server is waited for, where there is the page without it. */
const PATIENCE_MS = 3000;

/** The cache of the version that is opened: another one than this worker's, if the server has a new one. */
let opened = cacheOf(self.VERSION);

// A worker waits until no tab is left that is controlled by the one before: that one opens pages of new versions too. (Chromium
// may never answer a reload if it replaces a worker meanwhile, as `skipWaiting` has it do.)
self.addEventListener('install', (event) => {
  // Where nothing can be kept, the page is isolated all the same; but an earlier version that is complete is not replaced.
  const kept = keepAll().catch((error: unknown) => {
    if (self.registration.active) throw error;
  });
  event.waitUntil(kept);
});

self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), clean()])));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method !== 'GET' || path === undefined) return;
  const afterwards = (work: Promise<unknown>) => event.waitUntil(work.catch(() => {}));
  if (request.mode !== 'navigate') {
    if (isOwn(path) && !isPage(path)) event.respondWith(file(request, path, afterwards));
  } else if (isPage(path)) {
    event.respondWith(page(request, path, afterwards));
    afterwards(clean());
  }
});

/** A page is of the server's version, so that a new one is seen at once; without the server, of the latest that is kept. */
async function page(request: Request, path: string, afterwards: (work: Promise<unknown>) => void): Promise<Response> {
  const name = await latest();
  const last = await kept(path, name);
  const instead = (page: Response) => {
    opened = name;
    return isolated(path, page);
  };
  try {
    // A page that HTTP's cache has may be of a version before this one.
    const signal = last ? AbortSignal.timeout(PATIENCE_MS) : null;
    const answer = await fetch(request.url, { redirect: 'manual', cache: 'no-cache', signal });
    if (answer.status >= 500 && last) return instead(last);
    if (path === INDEX && (answer.status === 404 || answer.status === 410)) afterwards(remove());
    if (!answer.ok) return answer;
    const bytes = await answer.arrayBuffer();
    const given = new Response(bytes, answer);
    const version = versionOf(new TextDecoder().decode(bytes));
    if (version === undefined) {
      if (path === INDEX) afterwards(remove());
      return given;
    }
    opened = cacheOf(version);
    const own = await kept(path, opened);
    if (!isCurrent(version)) afterwards(self.registration.update());
    else if (!own) afterwards(keepAll());
    return isolated(path, own ?? given);
  } catch (error) {
    if (last) return instead(last);
    throw error;
  }
}

/** Shared memory, and so threads, take a page with these headers. */
function isolated(path: string, { body, headers: given }: Response): Response {
  const headers = new Headers(given);
  if (path === INDEX) {
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  }
  return new Response(body, { headers });
}

/** A file is the kept one; what was not kept so far is from then on. */
async function file(request: Request, path: string, afterwards: (work: Promise<unknown>) => void): Promise<Response> {
  const own = await (isImmutable(path) ? keptOfAny(path) : kept(path, opened));
  if (own) return own;
  const answer = await fetch(request);
  if (answer.ok && opened === cacheOf(self.VERSION)) afterwards(keepAnswer(path, answer.clone()));
  return answer;
}
