import { Article, EXPORTED, exported } from './article';
import { expect, test } from './test';

/** What may stand where something else should. */
const OTHERS: readonly unknown[] = [null, 'text', -1, 0.5, 1e300, [], {}, [null], [{}]];

/** What is wrong in one place of it, at most two levels down. */
function* broken(json: Record<string, unknown>): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(json)) {
    const { [name]: _, ...without } = json;
    yield [`without ${name}`, without];
    for (const other of OTHERS) yield [`${name}: ${JSON.stringify(other)}`, { ...json, [name]: other }];
    if (Array.isArray(value) && value.length) {
      const list: unknown[] = value;
      yield [`${name}, cut`, { ...json, [name]: list.slice(0, -1) }];
      yield [`${name}, one too many`, { ...json, [name]: [...list, list[0]] }];
      for (const other of OTHERS) yield [`${name}[0]: ${JSON.stringify(other)}`, { ...json, [name]: [other, ...list.slice(1)] }];
    } else if (typeof value === 'object' && value !== null) {
      for (const [inner, one] of broken(value as Record<string, unknown>)) yield [`${name}.${inner}`, { ...json, [name]: one }];
    }
  }
}

for (const name of EXPORTED) {
  test(`whatever is wrong in an exported answer is said in words, or shown all the same: ${name}`, async ({ page, server }) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    const article = new Article(page, server);
    await article.open('<logit-attribution></logit-attribution>');
    const json = exported(name);
    const told = await page.evaluate(
      async (cases) => {
        const element = document.querySelector<HTMLElement & { data: unknown; updateComplete: Promise<unknown> }>('main > logit-attribution')!;
        const told: [string, string, string][] = [];
        for (const [what, json] of cases) {
          const heard = new Promise<Event>((resolve) => {
            for (const type of ['answer', 'error']) element.addEventListener(type, resolve, { once: true });
          });
          let failed = '';
          // The element's own errors come by, too.
          const fail = (event: Event) => {
            if (event instanceof ErrorEvent) failed = event.message;
            if (event instanceof PromiseRejectionEvent) failed = String(event.reason);
          };
          addEventListener('error', fail);
          addEventListener('unhandledrejection', fail);
          element.data = json;
          const event = (await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 5000))])) as CustomEvent<{ name: string; message: string }> | undefined;
          await element.updateComplete;
          await new Promise((resolve) => setTimeout(resolve));
          removeEventListener('error', fail);
          removeEventListener('unhandledrejection', fail);
          if (failed) told.push([what, 'uncaught', failed]);
          else if (!event) told.push([what, 'nothing', '']);
          else if (event.type === 'error') told.push([what, event.detail.name, event.detail.message]);
        }
        return told;
      },
      [...broken(json)],
    );
    const raw = told.filter(
      ([, name, message]) =>
        !/^(Argument|Position|Chart)Error$/.test(name) || message.length > 300 || /is undefined|of undefined|not a function|not iterable|object Object|non-object/.test(message),
    );
    expect(raw.map(String)).toEqual([]);
    expect(told.length).toBeGreaterThan(100);
    expect(complaints).toEqual([]);
  });
}
