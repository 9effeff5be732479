import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
      // What scrolls sideways can be reached by keyboard.
      return body
        .replaceAll('<pre>', '<pre tabindex="0">')
        .replaceAll('<table>', '<div class="wide" tabindex="0"><table>')
        .replaceAll('</table>', '</table></div>');
    };
    return html.replace('<!-- model card -->', card);
  },
};

const target = 'es2022';

/**
 * `import code from './module?code'`: a module and all that it imports, as text. Vite's own workers that come inlined start by
 * an address that no page takes that asks for Trusted Types.
 */
const asCode: Plugin = {
  name: 'as-code',
  async load(id) {
    const [input, query] = id.split('?');
    if (query !== 'code' || !input) return undefined;
    const made = await build({
      configFile: false,
      logLevel: 'warn',
      build: { target, write: false, copyPublicDir: false, rolldownOptions: { input, output: { format: 'es' } } },
    });
    const chunks = [made].flat().flatMap((bundle) => ('output' in bundle ? bundle.output : []));
    const [chunk] = chunks;
    if (chunks.length !== 1 || chunk?.type !== 'chunk') throw new Error(`${input} is not one file as code`);
    return `export default ${JSON.stringify(chunk.code)}`;
  },
};

/** Threads take a page that is cross-origin isolated. Where these cannot be sent, `isolation.js` adds them. */
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
    rolldownOptions: {
      input: {
        page: path('index.html'),
        card: path('card.html'),
        logitscope: path('src/api/logitscope.ts'),
        isolation: path('src/isolation.worker.ts'),
      },
      // The JavaScript API keeps its name and its exports: other pages import it. The service worker keeps its name too,
      // and stands where its scope is all of the page.
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: ({ name }) => (['logitscope', 'isolation'].includes(name) ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
  plugins: [apiTypes, asCode, modelCard],
});
