import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { marked } from 'marked';
import { build, defineConfig, type Plugin } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Writes what dist/logitscope.d.ts re-exports: the API's types, and those that wasm-bindgen wrote, which tsc leaves out. */
const apiTypes: Plugin = {
  name: 'api-types',
  apply: 'build',
  closeBundle() {
    execFileSync(process.execPath, [path('node_modules/typescript/bin/tsc'), '--project', path('tsconfig.types.json')], {
      stdio: 'inherit',
    });
    for (const types of ['charts.d.ts', 'model.d.ts']) cpSync(path(`src/wasm/${types}`), path(`../dist/types/wasm/${types}`));
  },
};

/** The model card as a page: a file server would offer the Markdown itself as a download. */
const modelCard: Plugin = {
  name: 'model-card',
  transformIndexHtml(html) {
    const card = () => {
      const body = marked.parse(readFileSync(path('public/models/bundled/README.md'), 'utf8'), { async: false });
      // The card stands in the model's folder, and its page in the page's. What scrolls sideways can be reached by keyboard.
      return body
        .replaceAll('href="../../#', 'href="./#')
        .replaceAll('<pre>', '<pre tabindex="0">')
        .replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
        .replaceAll('</table>', '</table></div>');
    };
    return html.replace('<!-- model card -->', card);
  },
};

const target = 'es2022';

/** Of files with a hash in their names. The service worker answers for it, so no other page of an origin may have one of this name. */
const assetsDir = 'logitscope';

/** What is one script has no module beside it: it is given one, or carries it. */
const noUrls: Plugin = {
  name: 'no-urls',
  enforce: 'pre',
  load: (id) => (id.endsWith('.wasm?url') ? "export default ''" : undefined),
};

/** `import packed from './file?packed'`: the file gzipped, in base64. */
const packed: Plugin = {
  name: 'packed',
  enforce: 'pre',
  load(id) {
    const [file, query] = id.split('?');
    if (query !== 'packed' || !file) return undefined;
    return `export default ${JSON.stringify(gzipSync(readFileSync(file), { level: 9 }).toString('base64'))}`;
  },
};

/** A module and all that it imports, as one script. */
async function bundled(input: string, format: 'es' | 'iife'): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [noUrls, packed],
    build: { target, write: false, copyPublicDir: false, rolldownOptions: { input, output: { format, codeSplitting: false } } },
  });
  const chunks = [made].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
  const [chunk] = chunks;
  if (chunks.length !== 1 || chunk?.type !== 'chunk') throw new Error(`${input} is not one script`);
  return chunk.code;
}

/**
 * `import code from './module?code'`: a module and all that it imports, as text. Vite's own workers that come inlined start by
 * an address that no page takes that asks for Trusted Types.
 */
const asCode: Plugin = {
  name: 'as-code',
  async load(id) {
    const [input, query] = id.split('?');
    if (query !== 'code' || !input) return undefined;
    const code = await bundled(input, 'es');
    // What would end a script element, or begin a comment in one.
    if (/<\/script|<!--/i.test(code)) throw new Error(`${input} cannot stand in HTML`);
    const hash = `sha256-${createHash('sha256').update(code).digest('base64')}`;
    return `export default ${JSON.stringify(code)}; export const hash = ${JSON.stringify(hash)};`;
  },
};

/**
 * The service worker, which knows every file of its version: it stands where its scope is all of the page. Each page says of
 * which version it is.
 */
const serviceWorker: Plugin = {
  name: 'service-worker',
  apply: 'build',
  async closeBundle() {
    const dist = path('../dist/');
    const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
    const names = (readdirSync(dist, { recursive: true }) as string[]).map((name) => name.replaceAll('\\', '/')).sort();
    // Neither what only readers, editors and other sites fetch, nor what other pages import.
    const own = (name: string) => statSync(dist + name).isFile() && !/\.(d\.ts|md|png)$|^(elements|isolation|logitscope)\.js$/.test(name);
    const files = Object.fromEntries(names.filter(own).map((name) => [name, hash(readFileSync(dist + name))]));
    const version = hash(JSON.stringify(files)).slice(0, 16);
    for (const name of Object.keys(files).filter((name) => name.endsWith('.html'))) {
      const html = readFileSync(dist + name, 'utf8').replace('<head>', `<head>\n    <meta name="logitscope" content="${version}" />`);
      writeFileSync(dist + name, html);
    }
    const known = `self.VERSION = ${JSON.stringify(version)};\nself.FILES = ${JSON.stringify(files)};\n`;
    writeFileSync(`${dist}isolation.js`, known + (await bundled(path('src/service-worker/worker.ts'), 'iife')));
  },
};

/** Threads take a page that is cross-origin isolated. Where these cannot be sent, the service worker adds them. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  // Relative URLs alone, so that dist/ works under any path of any file server.
  base: './',
  // A file that is not there is a 404, as on any file server, and not the page.
  appType: 'mpa',
  server: { headers },
  preview: { headers },
  build: {
    target,
    outDir: path('../dist'),
    emptyOutDir: true,
    assetsDir,
    rolldownOptions: {
      input: {
        page: path('index.html'),
        card: path('card.html'),
        logitscope: path('src/api/logitscope.ts'),
        elements: path('src/embed/elements.ts'),
      },
      // The JavaScript API and the element keep their names and their exports: other pages import them.
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: ({ name }) => (name === 'logitscope' || name === 'elements' ? '[name].js' : `${assetsDir}/[name]-[hash].js`) },
    },
  },
  plugins: [apiTypes, asCode, modelCard, serviceWorker],
});
