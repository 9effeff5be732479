// The service worker. It has the page open without the network, and isolates it, which takes headers that not every server
// can send. It answers for the page's own files and for nothing else of the origin, and with one version's at a time: a page
// and its scripts come from the same version's cache, or all from the server.

import { INDEX, clean, isCurrent, isImmutable, isOwn, isPage, keepAll, keepAnswer, kept, keptOfAny, pathOf, remove, versionOf } from './version';

declare const self: ServiceWorkerGlobalScope;

/** The longest that the server is waited for, where there is the page without it. */
const PATIENCE_MS = 3000;

/** Whether the server has another version than this one, which will be replaced. */
let superseded = false;

self.addEventListener('install', (event) => {
  void self.skipWaiting();
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

/** A page is the server's, so that a new version is seen at once; where that has none, or the same one, it is the kept one. */
async function page(request: Request, path: string, afterwards: (work: Promise<unknown>) => void): Promise<Response> {
  const own = await kept(path);
  let answer: Response;
  try {
    // A page that HTTP's cache has may be of a version before this one.
    const signal = own && AbortSignal.timeout(PATIENCE_MS);
    answer = await fetch(request.url, { redirect: 'manual', cache: 'no-cache', signal: signal ?? null });
    if (answer.status >= 500 && own) return isolated(path, own);
    if (path === INDEX && (answer.status === 404 || answer.status === 410)) afterwards(remove());
    if (!answer.ok) return answer;
    const html = await answer.clone().text();
    if (path === INDEX && versionOf(html) === undefined) {
      afterwards(remove());
      return answer;
    }
    superseded = !isCurrent(html);
  } catch (error) {
    if (own) return isolated(path, own);
    throw error;
  }
  if (superseded) afterwards(self.registration.update());
  else if (!own) afterwards(keepAll());
  return isolated(path, answer);
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
  const own = isImmutable(path) ? await keptOfAny(path) : superseded ? undefined : await kept(path);
  if (own) return own;
  const answer = await fetch(request);
  if (!superseded && answer.ok) afterwards(keepAnswer(path, answer.clone()));
  return answer;
}
