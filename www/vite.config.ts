import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  // Relative URLs alone, so that dist/ works under any path of any file server.
  base: './',
  build: {
    target: 'es2022',
    outDir: path('../dist'),
    emptyOutDir: true,
    rolldownOptions: {
      input: { page: path('index.html'), logitscope: path('src/api/logitscope.ts') },
      // The JavaScript API keeps its name and its exports: other pages import it.
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: ({ name }) => (name === 'logitscope' ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
});
