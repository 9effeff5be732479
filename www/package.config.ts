import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
import { apiTypes, asCode, asGzip, bundled, path, plainAddresses, target, tightTemplates } from './bundling.ts';

const folder = path('../package/');

/** What the package's scripts bring, for pages whose bundler leaves files behind. */
const copies: Plugin = {
  name: 'copies',
  enforce: 'pre',
  resolveId: (source, importer) => (source === './inlined.js' && importer?.endsWith('/api/modules.ts') ? path('src/package/inlined.ts') : undefined),
};

/** What is no script of the API's: WebAssembly, the workers' script, the manifest, of the page's version, and licenses. */
const rest: Plugin = {
  name: 'rest',
  async closeBundle() {
    const { version, license } = JSON.parse(readFileSync(path('package.json'), 'utf8')) as Record<string, string>;
    const manifest = JSON.parse(readFileSync(path('src/package/package.json'), 'utf8')) as object;
    for (const file of readdirSync(path('src/wasm')).filter((name) => name.endsWith('.wasm'))) cpSync(path(`src/wasm/${file}`), folder + file);
    writeFileSync(`${folder}package.json`, `${JSON.stringify({ ...manifest, version, license }, undefined, 2)}\n`);
    writeFileSync(`${folder}worker.js`, await bundled(path('src/api/worker.ts')));
    cpSync(path('src/package/README.md'), `${folder}README.md`);
    for (const license of ['LICENSE-MIT', 'LICENSE-APACHE']) cpSync(path(`../${license}`), folder + license);
  },
};

/** The npm package: the API as modules whose files keep their names, so that a page finds them by the package's version alone. */
export default defineConfig({
  base: './',
  publicDir: false,
  build: {
    target,
    outDir: folder,
    emptyOutDir: true,
    // Copies of WebAssembly are as large as they are.
    chunkSizeWarningLimit: 2000,
    lib: { entry: { logitscope: path('src/api/logitscope.ts'), charts: path('src/api/charts.ts'), elements: path('src/embed/elements.ts') }, formats: ['es'] },
    rolldownOptions: {
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: ({ facadeModuleId }) => (facadeModuleId?.endsWith('?gzip') ? 'copy-of-[name].js' : 'shared-[name].js'),
      },
    },
  },
  plugins: [tightTemplates, apiTypes(`${folder}types`), asCode, asGzip, copies, plainAddresses, rest],
});
