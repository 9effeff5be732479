// Run by `cargo xtask bench`, which makes the folders that it is given.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { quantity, row, type Measured, type Report, type Section } from '../report.js';
import { serve } from './server.js';
import { table } from './table.js';
import { besideTransformerLens } from './transformer-lens.js';

const { values } = parseArgs({
  options: {
    dist: { type: 'string', default: 'dist' },
    /** With the folders `models` and `floor`; the page is built into it, and the browser's profile lives there. */
    work: { type: 'string', default: 'target/bench' },
    json: { type: 'boolean', default: false },
    /** A Python that has TransformerLens, to measure beside. */
    python: { type: 'string' },
  },
});
const { dist, work } = values;
const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

await build({
  entryPoints: ['page/main', 'workers/onnx', 'workers/floor', 'workers/transfer'].map((name) => here(`../${name}.ts`)),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  external: ['/dist/*', '/floor/*'],
  outbase: here('..'),
  outdir: join(work, 'script'),
  logLevel: 'warning',
});

const { origin, server } = await serve({
  dist,
  models: join(work, 'models'),
  floor: join(work, 'floor'),
  ort: here('../../node_modules/onnxruntime-web/dist'),
  page: join(work, 'script/page'),
  workers: join(work, 'script/workers'),
});
// On disk: a private window may refuse to keep a model.
const profile = await mkdtemp(join(work, 'profile-'));
const browser = await chromium.launchPersistentContext(profile, {
  ...(process.env['CHROME'] && { executablePath: process.env['CHROME'] }),
  chromiumSandbox: false,
  args: process.env['CHROME_FLAGS']?.split(' ') ?? [],
  viewport: { width: 1440, height: 900 },
  deviceScaleFactor: 2,
});
try {
  const page = await browser.newPage();
  page.on('console', (message) => console.error(message.text()));
  await page.goto(origin);
  const { product } = await (await browser.newCDPSession(page)).send('Browser.getVersion');
  // A worker that fails to start never answers.
  const failure = new Promise<never>((_, fail) => page.on('pageerror', fail));
  const measured = await Promise.race([
    page.evaluate<Measured>("import('/page/main.js').then(({ measure }) => measure())"),
    failure,
  ]);
  const sections = [...measured.sections, ...(values.python ? [besideTransformerLens(values.python, join(work, 'models/float32'), measured.sections)] : []), await modules()];
  const goals = sections.flatMap(({ rows }) => rows.flatMap(({ goal }) => goal ?? []));
  const report: Report = {
    browser: product,
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    ...measured,
    sections,
    goals: { met: goals.filter(({ met }) => met).length, of: goals.length },
  };
  console.log(values.json ? JSON.stringify(report, undefined, 2) : table(report));
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
}

/** What each WebAssembly module is to transfer. */
async function modules(): Promise<Section> {
  const files = (await readdir(join(dist, 'logitscope'))).filter((name) => name.endsWith('.wasm'));
  const rows = files.sort().map(async (name) => {
    const bytes = await readFile(join(dist, 'logitscope', name));
    const megabytes = (bytes: Buffer) => quantity('MB', [bytes.length / 1e6]);
    return row(name, megabytes(gzipSync(bytes, { level: 9 })), { at: '<', limit: 1 }, { raw: megabytes(bytes) });
  });
  return { title: 'WebAssembly modules, gzipped', rows: await Promise.all(rows) };
}
