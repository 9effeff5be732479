/** What the builds of the page and of the package have in common. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'vite';

export const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export const target = 'es2022';

/** Of files with a hash in their names. The service worker answers for it, so no other page of an origin may have one of this name. */
export const assetsDir = 'logitscope';

/** Writes the API's types into a folder, and those that wasm-bindgen wrote, which tsc leaves out. */
export const apiTypes = (folder: string): Plugin => ({
  name: 'api-types',
  apply: 'build',
  closeBundle() {
    const tsc = path('node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '--project', path('tsconfig.types.json'), '--outDir', folder], { stdio: 'inherit' });
    mkdirSync(`${folder}/wasm`, { recursive: true });
    for (const types of ['charts.d.ts', 'model.d.ts']) {
      // Older TypeScript, and older targets, have no such symbol.
      const known = readFileSync(path(`src/wasm/${types}`), 'utf8').replace(/^ *\[Symbol\.dispose\]\(\): void;\n/gm, '');
      writeFileSync(`${folder}/wasm/${types}`, known);
    }
  },
});

/** Takes comments out of style sheets within scripts, and indentation out of these and templates: nothing else looks into them. */
export const tightTemplates: Plugin = {
  name: 'tight-templates',
  enforce: 'pre',
  transform: (code, id) => (id.includes('/src/') ? code.replace(/\bcss`[^`]*`/g, tightSheet).replace(/\n +/g, '\n') : undefined),
};

function tightSheet(sheet: string): string {
  return sheet
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':');
}

/** `import base64 from './module.wasm?gzip'`. */
export const asGzip: Plugin = {
  name: 'as-gzip',
  load(id) {
    const [file, query] = id.split('?');
    if (query !== 'gzip' || !file) return undefined;
    return `export default ${JSON.stringify(gzipSync(readFileSync(file), { level: 9 }).toString('base64'))}`;
  },
};

/** Where modules lie stays written as other bundlers know it, in the package, and is no file in what is one script: Vite would put it in its own words. */
export const plainAddresses: Plugin = {
  name: 'plain-addresses',
  enforce: 'pre',
  transform: (code, id) => (id.includes('/src/api/') ? code.replaceAll("new URL('../wasm/", "new URL(/* @vite-ignore */ './") : undefined),
  renderChunk: (code) => code.replaceAll('/* @vite-ignore */', ''),
};

/**
 * What `cargo xtask serve` has not compiled yet, when it says so: without it the page computes on one thread. Where the module itself should be
 * there is nothing either.
 */
export const unbuilt: Plugin = {
  name: 'unbuilt',
  enforce: 'pre',
  resolveId: (id) => (process.env['UNBUILT'] && /\/wasm\/model-threads\.js$/.test(id) ? '\0unbuilt' : undefined),
  load: (id) => (id === '\0unbuilt' ? 'export default undefined; export const openPool = undefined, enterPool = undefined;' : undefined),
};

/** A module and all that it imports, as one script; a classic one by default: in a frame that is sandboxed, Chromium starts no worker from a module's blob. */
export async function bundled(input: string, format: 'iife' | 'es' = 'iife'): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [unbuilt, asCode, asGzip, plainAddresses],
    build: { target, write: false, copyPublicDir: false, rolldownOptions: { input, preserveEntrySignatures: 'strict', output: { format, codeSplitting: false }, transform: { define: { 'import.meta': '{}' } } } },
  });
  const chunks = [made].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
  const [chunk] = chunks;
  if (chunks.length !== 1 || chunk?.type !== 'chunk') throw new Error(`${input} is not one script`);
  return chunk.code;
}

/**
 * `import code from './module?code'`: a module and all that it imports, as text of a classic script. Vite's own workers that come inlined start by
 * an address that no page takes that asks for Trusted Types.
 */
export const asCode: Plugin = {
  name: 'as-code',
  async load(id) {
    const [input, query] = id.split('?');
    if (query !== 'code' || !input) return undefined;
    const code = await bundled(input);
    const hash = `sha256-${createHash('sha256').update(code).digest('base64')}`;
    return `export default ${JSON.stringify(code)}; export const hash = ${JSON.stringify(hash)};`;
  },
};
