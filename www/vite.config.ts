import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { marked } from 'marked';
import { defineConfig, type Plugin } from 'vite';
import { asCode, assetsDir, bundled, path, target, tightTemplates } from './bundling.ts';

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
    // Not what only readers, editors and other sites fetch.
    const own = (name: string) => statSync(dist + name).isFile() && !/\.(d\.ts|md|png)$/.test(name);
    const files = Object.fromEntries(names.filter(own).map((name) => [name, hash(readFileSync(dist + name))]));
    const version = hash(JSON.stringify(files)).slice(0, 16);
    for (const name of Object.keys(files).filter((name) => name.endsWith('.html'))) {
      const html = readFileSync(dist + name, 'utf8').replace('<head>', `<head>\n    <meta name="logitscope" content="${version}" />`);
      writeFileSync(dist + name, html);
    }
    const known = `self.VERSION = ${JSON.stringify(version)};\nself.FILES = ${JSON.stringify(files)};\n`;
    writeFileSync(`${dist}isolation.js`, known + (await bundled(path('src/service-worker/worker.ts'))));
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
      },
    },
  },
  plugins: [tightTemplates, asCode, modelCard, serviceWorker],
});
