import { fileURLToPath } from 'node:url';
import { answer, build, expect, node, right, serve, start, test, type Served } from './fixtures';

/** How each project is made and opened. */
const projects: Record<string, () => Promise<Served>> = {
  'Vite, built': () => build('vite').then(() => serve('vite/dist')),
  'Vite, in development': () => start('vite', 'vite/bin/vite.js', '--host', '127.0.0.1', '--port', '0'),
  'webpack': () => build('webpack').then(() => serve('webpack')),
  'Next.js': () => build('next').then(() => start('next', 'next/dist/bin/next', 'start', '--port', '0')),
  'esbuild': () => build('esbuild').then(() => serve('esbuild')),
};

for (const [name, open] of Object.entries(projects)) {
  test(`works without options in ${name}`, async ({ page, server }) => {
    test.setTimeout(300_000);
    const { url, stop } = await open();
    try {
      const told = JSON.parse(await answer(page, server, url)) as unknown;
      // esbuild copies no files that a script names.
      const plain = [expect.stringMatching(/^model-relaxed\.wasm is not where .* assets\.$/)];
      expect(told).toEqual(name === 'esbuild' ? right({ simd: 'simd128', threads: 1 }, plain) : right({ simd: 'relaxed-simd', threads: 1 }));
    } finally {
      await stop();
    }
  });
}

test('what is imported and not used is not bundled', async () => {
  const bytes = async (code: string) => {
    const stdin = JSON.stringify({ contents: `${code};console.log(1)`, resolveDir: '.' });
    const script = `console.log(String(require('esbuild').buildSync({ stdin: ${stdin}, bundle: true, minify: true, format: 'esm', write: false }).outputFiles[0].text.length))`;
    return Number(await node('esbuild', '-e', script));
  };
  expect(await bytes("import { Logitscope } from 'logitscope'")).toBeLessThan(20);
  expect(await bytes("import { Logitscope } from 'logitscope'; console.log(Logitscope)")).toBeGreaterThan(100_000);
  expect(await bytes("import { hubFolder } from 'logitscope'; console.log(hubFolder('openai-community/gpt2'))")).toBeLessThan(16_000);
});

test('importing it does nothing, on a server too', async () => {
  const script = `
    const globals = () => Reflect.ownKeys(globalThis).map(String).join();
    const before = globals();
    await import('logitscope');
    await import('logitscope/charts');
    console.log(before === globals() ? 'nothing' : globals())`;
  expect(await node('vite', '--input-type=module', '-e', script)).toBe('nothing\n');
});

test('its types are whole, by either way of finding them', async () => {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  for (const config of ['bundler.json', 'nodenext.json']) expect(await node('types', tsc, '--project', config)).toBe('');
});
