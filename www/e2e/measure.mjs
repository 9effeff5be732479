// How quickly dist/ opens, what it transfers, and, given a model's folder, how that loads and how a text is typed there: numbers for a
// reader, not a test.
//
//     CHROME=/usr/bin/chromium node www/e2e/measure.mjs [MODEL_FOLDER]
import { chromium } from '@playwright/test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import sirv from 'sirv';

const folder = fileURLToPath(new URL('../../dist/', import.meta.url));
const dist = sirv(folder, { dev: true });
const requested = new Set();
const model = process.argv[2] && sirv(resolve(process.argv[2]), { dev: true });
const server = createServer((request, response) => {
  // As `vite preview`, for threads.
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-embedder-policy', 'require-corp');
  const notFound = () => response.writeHead(404).end();
  if (!request.url.startsWith('/model/') || !model) {
    requested.add(request.url === '/' ? '/index.html' : request.url);
    return dist(request, response, notFound);
  }
  request.url = request.url.slice('/model'.length);
  model(request, response, notFound);
});
await new Promise((listening) => server.listen(0, listening));
const origin = `http://localhost:${server.address().port}/`;

// A profile on disk: a private window may refuse to keep a model.
const profile = await mkdtemp(join(tmpdir(), 'logitscope-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROME,
  args: ['--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  viewport: { width: 1440, height: 900 },
});
const page = await browser.newPage();
const cdp = await browser.newCDPSession(page);

/** Milliseconds from navigation to three drawn charts, and to those of the model's own answer. */
async function open(cold) {
  if (cold) await cdp.send('Network.clearBrowserCache');
  await page.goto('about:blank');
  await page.goto(origin, { waitUntil: 'commit' });
  const times = [];
  for (const charts of ['.charts', '.charts[aria-busy=false]']) {
    await page.locator(`answer-charts ${charts} chart-figure`).nth(2).waitFor({ state: 'attached' });
    times.push(await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => drawn(performance.now())))));
  }
  return times;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
const medians = (openings) => [0, 1].map((i) => `${median(openings.map((times) => times[i])).toFixed(0)} ms`);
const first = [await open(true)];
const line = (bytes, gzipped, name) => console.log(`${String(bytes).padStart(9)} bytes, ${String(gzipped).padStart(8)} gzipped  ${name}`);
let sum = [0, 0];
for (const path of [...requested].sort()) {
  const file = await readFile(join(folder, path));
  const gzipped = gzipSync(file, { level: 9 }).length;
  line(file.length, gzipped, path);
  sum = [sum[0] + file.length, sum[1] + gzipped];
}
line(...sum, 'in all');
while (first.length < 7) first.push(await open(true));
const again = [];
while (again.length < 7) again.push(await open(false));
for (const [cache, openings] of [['cold', first], ['warm', again]]) {
  const [charts, own] = medians(openings);
  console.log(`first charts after ${charts} with a ${cache} cache, the model's own answer after ${own} (medians of 7)`);
}

if (model) {
  for (const from of ['the server', "the browser's storage"]) {
    const told = await page.evaluate(async () => {
      const { Logitscope } = await import('./logitscope.js');
      const timed = async (work) => {
        const start = performance.now();
        return [await work(), performance.now() - start];
      };
      const [scope, load] = await timed(() => Logitscope.load('model/'));
      const ids = Uint32Array.from({ length: 16 }, (_, i) => i + 1);
      const [run, pass] = await timed(() => scope.run(ids));
      const [, units] = await timed(async () => {
        for (const unit of ['component', 'layer', 'head']) await run.attribute({ answer: 7, incorrect: 12, unit });
      });
      const memory = await scope.memory();
      scope.close();
      return { load, pass, units, memory, notKept: scope.notKept };
    });
    console.log(
      `from ${from}: ready after ${told.load.toFixed(0)} ms, 16 tokens in ${told.pass.toFixed(0)} ms, ` +
        `three units in ${told.units.toFixed(0)} ms, ${(told.memory / 1e6).toFixed(1)} MB of wasm memory${told.notKept ? `, not kept: ${told.notKept}` : ''}`,
    );
  }
}

/**
 * Words typed one after another, each as soon as the charts of the one before are there: milliseconds from each to the end of the
 * frame in which the last of its charts was drawn.
 */
async function typed(words) {
  return page.evaluate(async (words) => {
    const deep = (root, name) => {
      const found = root.querySelector(name);
      if (found) return found;
      for (const element of root.querySelectorAll('*')) {
        const inside = element.shadowRoot && deep(element.shadowRoot, name);
        if (inside) return inside;
      }
      return null;
    };
    const area = deep(deep(document, 'prompt-editor').shadowRoot, 'textarea');
    const charts = deep(document, 'answer-charts');
    const figures = [...charts.shadowRoot.querySelectorAll('chart-figure')].map(({ shadowRoot }) => shadowRoot.querySelector('canvas'));
    // Every chart has texts: the canvas that one is written on is being drawn.
    const drawn = new Set();
    let before;
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (...text) {
      if (charts.picture !== before && figures.includes(this.canvas)) drawn.add(this.canvas);
      return fillText.apply(this, text);
    };
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    const { port1, port2 } = new MessageChannel();
    const painted = () => new Promise((done) => {
      port1.onmessage = done;
      port2.postMessage(null);
    });
    const blocked = [];
    new PerformanceObserver((list) => blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    const times = [];
    for (let n = 1; n <= words; n++) {
      before = charts.picture;
      drawn.clear();
      const start = performance.now();
      area.value += n % 2 ? ' the' : ' store';
      area.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      while (drawn.size < figures.length) {
        await frame();
        await painted();
      }
      times.push(performance.now() - start);
    }
    return { times, blocked };
  }, words);
}

if (model) {
  await page.goto(`${origin}#${new URLSearchParams({ model: `${origin}model/`, prompt: 'The' })}`);
  const asks = page.getByRole('button', { name: /^Load/ });
  await asks.or(page.locator('answer-charts .charts[aria-busy=false]')).first().waitFor();
  if (await asks.isVisible()) await asks.click();
  await page.locator('model-menu').getByText('model').first().waitFor({ timeout: 120_000 });
  await page.waitForFunction(() => !document.body.innerText.includes('Loading'));
  const words = 300;
  const { times, blocked } = await typed(words);
  const p95 = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)];
  console.log(
    `${words} words typed: charts after ${median([...times]).toFixed(0)} ms, p95 ${p95(times).toFixed(0)} ms; ` +
      `the main thread stood still over 50 ms ${blocked.length} times (${Math.max(0, ...blocked).toFixed(0)} ms at most)`,
  );
}
await browser.close();
await rm(profile, { recursive: true, force: true });
server.close();
