import { defineConfig, type Plugin } from 'vite';
import { apiTypes, asCode, assetsDir, path, target, tightTemplates } from './bundling.ts';

/**
 * What every exported answer takes, and what attributions do, each in one script: in many small ones that would be a tenth larger. What asks a model,
 * and what only other answers take, stays apart.
 */
const groups = [
  { name: 'attribution', test: /\/src\/(embed\/attribution|elements\/answer\/)/ },
  { name: 'answer', test: /node_modules\/(lit|@lit|lit-element|lit-html)\/|@oxc-project|\/src\/(embed\/(?!live|shared-model|(lens|patching|effects|set)(-exhibit)?\.)|elements\/(?!lens\/|what-if\/|always\/)|state\/(?!source\b)|words\/(?!lens\b))/ },
];

/** What a page of somebody else's fetches ahead is theirs to say: Vite's own way would be more than half of elements.js. */
const noPreloading: Plugin = {
  name: 'no-preloading',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : undefined),
};

/** What other pages import from dist/, beside the page: the JavaScript API and the elements, which keep their names and their exports. */
export default defineConfig({
  base: './',
  publicDir: false,
  build: {
    target,
    outDir: path('../dist'),
    emptyOutDir: false,
    assetsDir,
    modulePreload: false,
    rolldownOptions: {
      input: { logitscope: path('src/api/logitscope.ts'), elements: path('src/embed/elements.ts') },
      preserveEntrySignatures: 'allow-extension',
      output: { entryFileNames: '[name].js', codeSplitting: { groups, includeDependenciesRecursively: false } },
    },
  },
  plugins: [tightTemplates, apiTypes(path('../dist/types')), asCode, noPreloading],
});
