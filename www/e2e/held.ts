import type { Browser } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import type { Logitscope } from './test';

/** Megabytes that the browser's pages hold, their workers included. */
export async function held(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => String(id));
  const sizes = execFileSync('ps', ['-o', 'rss=', '-p', pages.join(',')], { encoding: 'utf8' });
  return sizes.trim().split(/\s+/).reduce((sum, kilobytes) => sum + Number(kilobytes) / 1024, 0);
}

/** As {@link held}, once nothing more is given back for a while. */
export async function leastHeld(browser: Browser): Promise<number> {
  let [least, same] = [Infinity, 0];
  for (; same < 4; await new Promise((later) => setTimeout(later, 500))) {
    const now = await held(browser);
    same = now < least - 1 ? 0 : same + 1;
    least = Math.min(least, now);
  }
  return least;
}

/** On how many threads the model in use computes, and the bytes of WebAssembly that it has taken. */
export function inUse({ page }: Logitscope): Promise<{ threads: number; bytes: number }> {
  return page.evaluate(async () => {
    const element = document.querySelector<HTMLElement & { stores: { models: { scope: import('../src/api/logitscope').Logitscope } } }>('logitscope-page')!;
    const { scope } = element.stores.models;
    return { threads: scope.engine.threads, bytes: await scope.memory() };
  });
}
