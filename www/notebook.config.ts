import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { asGzip, bundled, path, plainAddresses, target, tightTemplates } from './bundling.ts';

const folder = path('../python/src/logitscope/static/');

/** What asks models, which a cell that shows numbers does not bring, and what they compute with. */
const rest: Plugin = {
  name: 'rest',
  async closeBundle() {
    writeFileSync(`${folder}model.js`, await bundled(path('src/notebook/model.ts'), 'es'));
    writeFileSync(`${folder}model.wasm.gz`, gzipSync(readFileSync(path('src/wasm/model.wasm')), { level: 9 }));
  },
};

/** The notebook's widgets, each one script with all that it needs: a notebook fetches nothing. */
export default defineConfig({
  publicDir: false,
  build: {
    target,
    outDir: folder,
    emptyOutDir: true,
    rolldownOptions: {
      input: path('src/notebook/answer.ts'),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'answer.js', codeSplitting: false },
      transform: { define: { 'import.meta': '{}' } },
    },
  },
  plugins: [tightTemplates, asGzip, plainAddresses, rest],
});
