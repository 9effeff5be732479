import { ownScript } from './api/trusted';

/** The longest that a first visit waits for the service worker. */
const PATIENCE_MS = 1500;

/**
 * Threads share memory, which a browser grants to a page that is cross-origin isolated, by two headers. Where the server
 * does not send them, a service worker does from the next load on, so the first visit begins with a reload, before there
 * is anything on the page to lose. Resolves when the page may begin; where isolation cannot be had, it computes on one
 * thread.
 */
export async function isolate(): Promise<void> {
  const { serviceWorker } = navigator;
  // With a controller the headers came, and are not enough here. In a frame they never are.
  if (crossOriginIsolated || !serviceWorker || serviceWorker.controller || window.top !== window) return;
  try {
    const controlled = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
    const registration = await serviceWorker.register(ownScript(new URL('isolation.js', document.baseURI)));
    // A reload that was told to go past the service worker.
    if (registration.active) return;
    await Promise.race([controlled, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    if (!serviceWorker.controller) return;
  } catch {
    return;
  }
  location.reload();
  await new Promise(() => {});
}
