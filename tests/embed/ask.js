import { Logitscope } from 'logitscope';

/** What the model whose folder the page's address names says, and what computed it; or what went wrong. Options are there too. */
export async function ask() {
  const { model, ...options } = Object.fromEntries(new URLSearchParams(location.search));
  try {
    const scope = await Logitscope.load(model, options);
    const run = await scope.run('When Mary and John went to the store, John gave a drink to');
    const { total, error } = await run.attribute({ answer: ' Mary', incorrect: ' John', unit: 'head' });
    scope.close();
    return JSON.stringify({ total: total[0], error: error[0], engine: scope.engine, notices: scope.notices });
  } catch (error) {
    return String(error);
  }
}
