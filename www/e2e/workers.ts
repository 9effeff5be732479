import type { Page } from '@playwright/test';

/** Runs `code` in each worker before Logitscope's own, which a test cannot reach otherwise. */
export async function beforeWorkers(page: Page, code: string): Promise<void> {
  await page.addInitScript((code) => {
    Worker = new Proxy(Worker, {
      construct(target, [url, options]: [string, WorkerOptions]) {
        const blob = (script: string) => URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
        // Imported both, and not awaited: a worker that waits loses the messages that it has no ear for yet.
        const script = `import ${JSON.stringify(blob(code))}; import ${JSON.stringify(url)};`;
        return new target(blob(script), { ...options, type: 'module' });
      },
    });
  }, code);
}

/** Code that puts a function, which is given the one in its place, where WebAssembly exports one. */
export function replaceExport(name: string, replacement: string): string {
  return `
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate(...given);
      const exports = { ...instance.exports };
      exports.${name} = (${replacement})(exports.${name});
      return Object.create(WebAssembly.Instance.prototype, { exports: { value: exports } });
    };`;
}
