import { ownScript } from './trusted';

/** The longest that a model waits for the service worker, which keeps the page before it begins. */
const PATIENCE_MS = 20_000;

/** For which model the page was loaded again; once that has begun to load, nothing. The page is loaded again once a session. */
const NOTE = 'logitscope-isolated-for';

/**
 * Has a service worker keep the page, so that it opens without the network. It isolates the page too, from the next load on,
 * where the server does not. Resolves to nothing where there can be none.
 */
export async function keepPage(): Promise<ServiceWorkerRegistration | undefined> {
  const url = new URL('isolation.js', document.baseURI);
  try {
    // A sandboxed frame is not even let look at it.
    const { serviceWorker } = navigator;
    const present = await serviceWorker.getRegistration(url.href);
    // The site may have a worker of its own for this folder, which registering would replace. One whose script is on its way is ours.
    const [script] = [present?.active, present?.waiting, present?.installing].flatMap((worker) => worker?.scriptURL ?? []);
    if (present?.scope === new URL('./', url).href && script !== undefined && script !== url.href) return undefined;
    return await serviceWorker.register(ownScript(url));
  } catch {
    return undefined;
  }
}

/** Tells the service worker, of whichever version it is by then, that a tab is open on this version: its files stay. */
export function holdVersion(): void {
  const version = document.querySelector<HTMLMetaElement>('meta[name=logitscope]')?.content;
  const lock = `logitscope ${new URL('./', document.baseURI)} ${version}`;
  // It is held until the tab is closed; where it is refused, there is no service worker either.
  void navigator.locks?.request(lock, { mode: 'shared' }, () => new Promise(() => {})).catch(() => {});
}

/**
 * Whether loading the page again isolates it, which lets threads share memory, and so a large model compute on several. Waits
 * for the service worker that does it.
 */
export async function reloadIsolates(): Promise<boolean> {
  // In a frame the headers are not enough.
  if (crossOriginIsolated || window.top !== window || navigator.hardwareConcurrency < 2 || note() !== null) return false;
  const registration = await keepPage();
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  if (!worker) return false;
  const decided = new Promise<void>((resolve) => {
    const look = () => (worker.state === 'activated' || worker.state === 'redundant') && resolve();
    worker.addEventListener('statechange', look);
    look();
  });
  await Promise.race([decided, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  return worker.state === 'activated';
}

/** Loads the page again, to go on with a model that the reader asked for. */
export function reloadFor(model: string): void {
  sessionStorage.setItem(NOTE, model);
  location.reload();
}

/** Whether the page was loaded again for a model that it did not begin to load since. */
export function takesUp(model: string): boolean {
  if (note() !== model) return false;
  sessionStorage.setItem(NOTE, '');
  return true;
}

/** What is noted; something, where nothing can be. */
function note(): string | null {
  try {
    return sessionStorage.getItem(NOTE);
  } catch {
    return '';
  }
}
