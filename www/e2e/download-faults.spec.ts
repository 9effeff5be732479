import { readFileSync } from 'node:fs';
import { randomModel } from './checkpoint';
import { misbehaviours, ways } from './misbehaviours';
import type { Misbehaviour } from './server';
import { expect, test } from './test';

const FILES = {
  ...randomModel({ n_layer: 1, n_head: 2, n_embd: 16, n_positions: 32, vocab_size: 2457 }),
  'tokenizer.json': readFileSync(new URL('../public/models/bundled/tokenizer.json', import.meta.url)),
};
const names = Object.keys(FILES);

for (const where of ['origin', 'elsewhere'] as const) {
  test(`whatever a server does to a model's files, each is blamed by its name, and nothing is left behind: ${where === 'origin' ? 'the page’s own' : 'another'}`, async ({ page, server }) => {
    test.setTimeout(180_000);
    const folder = (name: string) => server.make(name, FILES).replace(server.origin, server[where]);
    for (const name of names) folder(`whole/${name}`);
    // A folder for each file that is broken, so that three are loaded at a time.
    const models = names.map((name) => folder(`broken/${name}`));
    await page.goto(server.article('<!doctype html><title>An article</title>'));
    const api = await page.evaluateHandle<typeof import('../src/api/logitscope')>(`import(${JSON.stringify(`${server.page}logitscope.js`)})`);
    const earlier = await api.evaluateHandle(({ Logitscope }, model) => Logitscope.load(model, { threads: 1, keep: false }), server.model('tiny-a'));
    const answer = () => earlier.evaluate(async (scope) => (await (await scope.run([1, 5, 9])).predictions()).map(({ logit }) => logit));
    const first = await answer();

    /** Each folder with one file so; gives what becomes of each, and what is kept then. */
    const load = async (misbehave?: Misbehaviour) => {
      server.faults.clear();
      if (misbehave) for (const name of names) server.faults.set(`broken/${name}/${name}`, misbehave);
      return api.evaluate(async ({ Logitscope, LogitscopeError, deleteKeptModel }, models) => {
        const load = async (model: string) => {
          try {
            const scope = await Logitscope.load(model, { threads: 1 });
            scope.close();
            await deleteKeptModel(model);
            return scope.notKept ?? (scope.hasTokenizer ? 'loaded' : 'loaded without tokenizer');
          } catch (error) {
            return error instanceof LogitscopeError ? error.message : `raw ${String(error)}`;
          }
        };
        const became = await Promise.all(models.map(load));
        const left: string[] = await caches.keys();
        const kept = await (await navigator.storage.getDirectory()).getDirectoryHandle('logitscope', { create: true });
        for await (const name of kept.keys()) left.push(name);
        return { became, left };
      }, models);
    };

    for (const [kind, [misbehave, says]] of Object.entries(misbehaviours)) {
      const { became, left } = await load(misbehave);
      names.forEach((name, i) => {
        // A model may have no tokenizer, but not one that is kept from it.
        const mayLack = name === 'tokenizer.json' && /^4(04|10)$/.test(kind);
        expect.soft(became[i], `${name}: ${kind}`).toMatch(mayLack ? 'loaded without tokenizer' : new RegExp(`^${name}: (?:.*)(?:${says.source})`));
      });
      expect.soft(left, kind).toEqual([]);
      expect.soft(await answer(), kind).toEqual(first);
      // The earlier model's.
      await expect.configure({ soft: true }).poll(() => page.workers().length, kind).toBe(1);
    }
    server.faults.clear();
    for (const [kind, way] of Object.entries(ways)) expect.soft((await load(way)).became, kind).toEqual(names.map(() => 'loaded'));
    if (where === 'elsewhere') {
      const { became, left } = await load((response, file) => response.removeHeader('access-control-allow-origin') ?? response.writeHead(200).end(file));
      names.forEach((name, i) => expect.soft(became[i]).toMatch(new RegExp(`^${name}: .*Access-Control-Allow-Origin`)));
      expect.soft(left).toEqual([]);
    }
    expect((await load()).became).toEqual(names.map(() => 'loaded'));
  });
}
