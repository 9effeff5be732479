// Lighthouse's four scores for dist/, on a desktop and on a phone, from a server that compresses: numbers for a reader, no
// test. Lighthouse is not among the dependencies: `npm install --no-save lighthouse@12.8.2` in www/ first.
//
//     CHROME=/usr/bin/chromium node www/e2e/lighthouse.mjs [RUNS] [REPORTS_FOLDER]
import { chromium } from '@playwright/test';
import lighthouse, { desktopConfig, generateReport } from 'lighthouse';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import sirv from 'sirv';

const runs = Number(process.argv[2] ?? 3);
const reports = process.argv[3];
const folder = mkdtempSync(join(tmpdir(), 'logitscope-'));
cpSync(fileURLToPath(new URL('../../dist/', import.meta.url)), folder, { recursive: true });
const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
for (const name of readdirSync(folder, { recursive: true }).filter((name) => /\.(html|js|css|svg|json|wasm)$/.test(name))) {
  const bytes = readFileSync(join(folder, name));
  writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes));
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, brotli));
}
const files = sirv(folder, { gzip: true, brotli: true });
const server = createServer((request, response) => files(request, response, () => response.writeHead(404).end()));
await new Promise((listening) => server.listen(0, listening));

const profile = mkdtempSync(join(tmpdir(), 'logitscope-'));
const port = 9300 + (process.pid % 500);
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROME,
  args: [`--remote-debugging-port=${port}`, '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
for (const [name, config] of [['desktop', desktopConfig], ['phone', undefined]]) {
  const seen = [];
  for (let run = 0; run < runs; run += 1) {
    const { lhr } = await lighthouse(`http://localhost:${server.address().port}/`, { port, logLevel: 'error' }, config);
    seen.push(lhr);
    if (reports) writeFileSync(join(reports, `${name}-${run}.html`), generateReport(lhr, 'html'));
    if (reports) writeFileSync(join(reports, `${name}-${run}.json`), JSON.stringify(lhr));
  }
  const score = (of) => Math.round(100 * median(seen.map(({ categories }) => categories[of].score)));
  const value = (of) => median(seen.map(({ audits }) => audits[of].numericValue));
  console.log(
    `${name.padEnd(8)} ${['performance', 'accessibility', 'best-practices', 'seo'].map((of) => `${of} ${score(of)}`).join(', ')}; ` +
      ['first-contentful-paint', 'largest-contentful-paint', 'speed-index', 'total-blocking-time'].map((of) => `${of} ${(value(of) / 1000).toFixed(2)} s`).join(', ') +
      `, layout shift ${value('cumulative-layout-shift').toFixed(3)}, ${(value('total-byte-weight') / 1e6).toFixed(2)} MB`,
  );
}
await browser.close();
server.close();
for (const made of [folder, profile]) rmSync(made, { recursive: true, force: true });
