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
    /** Parts of the titles of what is to be measured; without, all is. */
    only: { type: 'string', multiple: true, default: [] },
  },
});
const { dist, work } = values;
const MODULES = 'WebAssembly modules, gzipped';
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
  const inPage = <T>(what: string) => Promise.race([page.evaluate<T>(`import('/page/main.js').then(({ titles, measure }) => ${what})`), failure]);
  const wanted = chosen([...(await inPage<string[]>('titles')), MODULES], values.only);
  const measured = await inPage<Measured>(`measure(${JSON.stringify(wanted)})`);
  const sections = [...measured.sections];
  if (values.python) sections.push(besideTransformerLens(values.python, join(work, 'models/float32'), measured.sections));
  if (wanted.includes(MODULES)) sections.push(await modules());
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

/** The titles that contain one of these texts, in either case. */
function chosen(titles: readonly string[], only: readonly string[]): readonly string[] {
  const texts = only.flatMap((text) => text.split(',')).map((text) => text.trim().toLowerCase());
  const matches = (text: string) => titles.filter((title) => title.toLowerCase().includes(text));
  const unknown = texts.find((text) => matches(text).length === 0);
  if (unknown !== undefined) throw new Error(`--only: no section's title has ${JSON.stringify(unknown)} in it; there are\n  ${titles.join('\n  ')}`);
  return texts.length === 0 ? titles : titles.filter((title) => texts.some((text) => matches(text).includes(title)));
}

/** What each WebAssembly module is to transfer. */
async function modules(): Promise<Section> {
  const files = (await readdir(join(dist, 'logitscope'))).filter((name) => name.endsWith('.wasm'));
  const rows = files.sort().map(async (name) => {
    const bytes = await readFile(join(dist, 'logitscope', name));
    const megabytes = (bytes: Buffer) => quantity('MB', [bytes.length / 1e6]);
    return row(name, megabytes(gzipSync(bytes, { level: 9 })), { at: '<', limit: 1 }, { raw: megabytes(bytes) });
  });
  return { title: MODULES, rows: await Promise.all(rows) };
}
