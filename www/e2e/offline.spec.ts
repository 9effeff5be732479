import { expect, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { test } from './plain';
import { Logitscope, quiet } from './test';
import type { FileServer } from './server';

test.use({ serviceWorkers: 'allow' });

/** Waits until all of the page is kept, and the worker that keeps it in charge. */
async function kept(page: Page): Promise<void> {
  const isKept = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      const index = registration && (await caches.match(`${registration.scope}index.html`));
      return Boolean(index) && registration?.active?.state === 'activated' && !registration.installing && !registration.waiting;
    });
  await expect.poll(isKept).toBe(true);
}

/**
 * Leaves the page for as long as it takes to replace its worker. (Chromium may never answer what is opened in the moment in
 * which it does so.)
 */
async function leave(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.waitForTimeout(1000);
}

test('a page that was visited once opens without the network, with the bundled model and with every kept one', async ({ page, server }) => {
  const scope = new Logitscope(page, server);
  await scope.open();
  await kept(page);
  await page.reload();
  await scope.answered();
  await scope.load(server.model('tiny-a'));
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  await quiet(page);
  const tiny = page.url();
  await expect.poll(() => page.evaluate(async () => (await import(new URL('logitscope.js', document.baseURI).href)).keptModels())).toHaveLength(1);

  await page.context().setOffline(true);
  await server.stop();
  await page.reload();
  await expect(scope.modelButton).toHaveAccessibleName(/tiny-a/);
  expect(page.url()).toBe(tiny);
  await page.goto('about:blank');
  await page.goto(tiny.replace(/#.*/s, ''));
  await scope.answered();
  await scope.prompt.fill('The capital city of Italy is');
  await expect(scope.predictions.first()).toHaveAccessibleName(/Rome/);
  await server.start();
});

/** A folder on a server at the site's root, with other pages beside the page. */
async function site(folder: string): Promise<{ origin: string; stop: () => Promise<void> }> {
  const files = sirv(folder, { dev: true });
  const server: Server = createServer((request, response) => files(request, response, () => void response.writeHead(404, { 'content-type': 'text/html' }).end('404')));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin, stop };
}

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'logitscope-site-'));
  cpSync(fileURLToPath(new URL('../../dist/', import.meta.url)), folder, { recursive: true });
  return folder;
}

/** The page at a site's root, as someone keeps it who was there, beside another page. */
async function visited(page: Page): Promise<{ folder: string; origin: string; stop: () => Promise<void> }> {
  const folder = copy();
  writeFileSync(join(folder, 'other.html'), '<!doctype html><title>Another page</title>');
  const { origin, stop } = await site(folder);
  await page.goto(origin);
  await kept(page);
  return { folder, origin, stop };
}

test("at a site's root no other page is touched, and a worker whose page is gone removes itself", async ({ page }) => {
  const { folder, origin, stop } = await visited(page);
  try {
    await page.goto(`${origin}other.html`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.goto(origin);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>A blog</title>');
    await page.goto(`${origin}?blog`);
    await expect(page).toHaveTitle('A blog');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([]);
  } finally {
    await stop();
    rmSync(folder, { recursive: true });
  }
});

test("at a site's root other pages show what is elsewhere, and hear from the windows that they open", async ({ page, context }) => {
  const { folder, origin, stop } = await visited(page);
  try {
    const answer = await page.goto(`${origin}other.html`);
    expect(await page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true);
    expect(Object.keys((await answer?.allHeaders()) ?? {}).filter((name) => name.startsWith('cross-origin-'))).toEqual([]);
    const elsewhere = origin.replace('127.0.0.1', 'localhost');
    const shown = await page.evaluate(async (elsewhere) => {
      const loaded = (element: HTMLImageElement | HTMLIFrameElement, src: string) =>
        new Promise((resolve) => {
          element.onload = () => resolve('shown');
          element.onerror = () => resolve('blocked');
          element.src = src;
          document.body.append(element);
        });
      return [await loaded(new Image(), `${elsewhere}icon.svg`), await loaded(document.createElement('iframe'), `${elsewhere}other.html`)];
    }, elsewhere);
    expect(shown).toEqual(['shown', 'shown']);
    expect(await page.frames()[1]?.title()).toBe('Another page');
    // As one in which one logs in.
    const opening = context.waitForEvent('page');
    await page.evaluate((elsewhere) => void open(`${elsewhere}other.html?log-in`), elsewhere);
    const opened = await opening;
    await opened.waitForLoadState();
    expect(await opened.evaluate(() => opener !== null)).toBe(true);

    // The page goes without another in its place.
    for (const name of ['index.html', 'isolation.js']) rmSync(join(folder, name));
    expect((await page.goto(`${origin}?gone`))?.status()).toBe(404);
    await page.goto(`${origin}other.html`);
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([]);
  } finally {
    await stop();
    rmSync(folder, { recursive: true });
  }
});

test('a new version takes over with the next load, and a tab that is open on the old one goes on', async ({ page, context }) => {
  const folder = copy();
  const { origin, stop } = await site(folder);
  try {
    const scope = new Logitscope(page, { page: origin } as FileServer);
    await scope.open();
    await kept(page);

    // The same page as another build: its script has another name, and the service worker another list.
    const assets = join(folder, 'logitscope');
    const script = readdirSync(assets).find((name) => /^page-.*\.js$/.test(name)) ?? '';
    let worker = readFileSync(join(folder, 'isolation.js'), 'utf8');
    const version = /self\.VERSION = "(\w+)"/.exec(worker)?.[1] ?? '';
    cpSync(join(assets, script), join(assets, 'page-newer000.js'));
    rmSync(join(assets, script));
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    for (const part of readdirSync(assets).filter((name) => /^(other-tabs|lesson-strip|load)-.*\.js$/.test(name))) {
      const before = readFileSync(join(assets, part), 'utf8');
      const after = before.replaceAll(script, 'page-newer000.js');
      writeFileSync(join(assets, part), after);
      worker = worker.replace(hash(before), hash(after));
    }
    const index = readFileSync(join(folder, 'index.html'), 'utf8').replaceAll(script, 'page-newer000.js').replaceAll(version, 'newer');
    writeFileSync(join(folder, 'index.html'), index);
    writeFileSync(join(folder, 'card.html'), readFileSync(join(folder, 'card.html'), 'utf8').replaceAll(version, 'newer'));
    writeFileSync(join(folder, 'isolation.js'), worker.replaceAll(script, 'page-newer000.js').replaceAll(version, 'newer'));

    const second = await context.newPage();
    const other = new Logitscope(second, { page: origin } as FileServer);
    await other.open();
    const scripts = (of: Page) => of.evaluate(() => [...document.scripts].map(({ src }) => src.replace(/.*\//, '')));
    expect(await scripts(second)).toContain('page-newer000.js');
    await expect.poll(() => second.evaluate(async () => (await caches.keys()).some((name) => name.endsWith(' newer')))).toBe(true);

    // The old tab computes, and loads what it had not loaded so far.
    expect(await scripts(page)).toContain(script);
    await scope.prompt.fill('The capital city of Italy is');
    await expect(scope.predictions.first()).toHaveAccessibleName(/Rome/);
    expect(await page.evaluate((name) => fetch(`logitscope/${name}`).then(({ ok }) => ok), script)).toBe(true);
    await page.reload();
    await scope.answered();
    expect(await scripts(page)).toContain('page-newer000.js');

    // When it is kept, it opens without the network too. With its last tab, the old one goes.
    const isKept = () => page.evaluate(async () => Boolean(await caches.match('index.html', { cacheName: `logitscope ${location.origin}/ newer` })));
    await expect.poll(isKept).toBe(true);
    await context.setOffline(true);
    await page.reload();
    await scope.answered();
    expect(await scripts(page)).toContain('page-newer000.js');
    await context.setOffline(false);
    await second.close();
    await leave(page);
    await scope.open();
    await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([`logitscope ${origin} newer`]);
    expect(scope.complaints).toEqual([]);
  } finally {
    await stop();
    rmSync(folder, { recursive: true });
  }
});

/** The service worker of version 0.1, which isolated every page of its folder. */
const OLDER = `self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.respondWith(isolated(event.request));
});
async function isolated(request) {
  const response = await fetch(request);
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { headers });
}`;

test('the worker of version 0.1 is replaced, and other pages are no longer touched', async ({ page }) => {
  const folder = copy();
  const worker = join(folder, 'isolation.js');
  const newer = readFileSync(worker);
  writeFileSync(worker, OLDER);
  writeFileSync(join(folder, 'other.html'), '<!doctype html><title>Another page</title>');
  const { origin, stop } = await site(folder);
  try {
    await page.goto(`${origin}other.html`);
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('isolation.js');
      await navigator.serviceWorker.ready;
    });
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

    writeFileSync(worker, newer);
    const scope = new Logitscope(page, { page: origin } as FileServer);
    await scope.open();
    await expect.poll(() => page.evaluate(async () => Boolean(await caches.match('index.html')))).toBe(true);
    await leave(page);
    await page.goto(`${origin}other.html`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.context().setOffline(true);
    await scope.open();
    expect(scope.complaints).toEqual([]);
  } finally {
    await stop();
    rmSync(folder, { recursive: true });
  }
});
