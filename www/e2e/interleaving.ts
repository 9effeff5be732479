import type { Logitscope, Run, SetPrompt } from '../src/api/logitscope';

type Api = typeof import('../src/api/logitscope');

export interface Interleaving {
  /** Of a model without a tokenizer, with a vocabulary of at least 100. */
  model: string;
  seed: number;
  operations: number;
}

export interface Interleaved {
  /** What went wrong, in words; the first few. */
  wrong: string[];
  /** How often each thing happened. */
  counts: Record<string, number>;
  /** The most bytes that a model took. */
  memory: number;
}

/**
 * Asks each question there is of a fresh run of a fresh model, one after the other; then asks them in random order, several at once, of
 * runs that come and go on models that come and go, and leaves some unasked again. Runs in the page, so it has all that it needs within.
 */
export async function interleave({ Logitscope, LogitscopeError }: Api, { model, seed, operations }: Interleaving): Promise<Interleaved> {
  /** Prompts, each with another as long: some begin alike, so that runs share what they keep. */
  const PROMPTS: [number[], number[]][] = [
    [[1, 5, 9], [1, 5, 7]],
    [[1, 5, 9, 13, 21, 34], [1, 5, 9, 13, 22, 34]],
    [[1, 5, 9, 13, 21, 34, 55, 89, 3, 4, 5], [1, 8, 9, 13, 21, 34, 55, 89, 3, 4, 6]],
    [Array.from({ length: 40 }, (_, i) => (i * i * 7 + 1) % 100), Array.from({ length: 40 }, (_, i) => (i * i * 11 + 1) % 100)],
  ];
  const SET: SetPrompt[] = [
    { tokens: [1, 5, 9], answer: 7, incorrect: 9, roles: { here: 1 } },
    { tokens: [1, 5, 9, 13], answer: 8, incorrect: [9, 10], roles: { here: -1 } },
    { tokens: [1, 5_000], answer: 8, incorrect: 9 },
  ];

  type Asked = (ask: { scope: Logitscope; run: Run; other: Run; signal?: AbortSignal; onProgress?: (work: { known: unknown }) => void }) => Promise<unknown>;
  const questions: [name: string, Asked][] = [];
  const asked = { answer: 7, incorrect: 9 };
  for (const position of [-1, 0, 2]) {
    questions.push(
      [`predictions ${position}`, ({ run, signal }) => run.predictions(position, 7, { signal })],
      [`expectations ${position}`, ({ run, signal }) => run.expectations([3, 7, 99], position, { signal })],
      [`sources ${position}`, ({ run, signal }) => run.sources({ ...asked, position }, { signal })],
      [`cancelling ${position}`, ({ run, signal }) => run.cancelling({ ...asked, position, unit: 'head' }, { signal })],
      [`lens ${position}`, ({ run, signal, onProgress }) => run.lens({ answer: 7, position, k: 3, signal, onProgress })],
      [`reaction ${position}`, ({ run, signal }) => run.reaction({ ...asked, position, part: 'L0H1', ablation: 'mean' }, { signal })],
      [`readouts ${position}`, ({ run, signal, onProgress }) => run.readouts({ parts: ['L1H2', '0_mlp_out', 'L0H0@1'], position, k: 4 }, { signal, onProgress })],
    );
    for (const unit of ['component', 'layer', 'head'] as const) {
      questions.push(
        [`attribute ${unit} ${position}`, ({ run, signal }) => run.attribute({ ...asked, position, unit }, { signal })],
        [`by probability ${unit} ${position}`, ({ run, signal }) => run.attribute({ answer: 7, contrast: 'log-probability', position, unit }, { signal })],
        [`difference ${unit} ${position}`, ({ run, other, signal }) => run.difference(other, { ...asked, position, unit }, { signal })],
      );
    }
  }
  for (const unit of ['component', 'head'] as const) {
    for (const ablation of ['zero', 'mean'] as const) {
      questions.push([`effects ${unit} ${ablation}`, ({ run, signal, onProgress }) => run.effects({ ...asked, unit, ablation, signal, onProgress })]);
    }
  }
  for (const site of ['resid_pre', 'z'] as const) {
    questions.push([`patch ${site}`, ({ run, other, signal, onProgress }) => run.patch(other, { ...asked, site, signal, onProgress })]);
  }
  questions.push(
    ['all positions', ({ run, signal }) => run.attribute({ answer: 7, position: null, unit: 'head' }, { signal })],
    ['lens, all', ({ run, signal, onProgress }) => run.lens({ position: null, signal, onProgress })],
    ['sources of a head', ({ run, signal }) => run.attribute({ ...asked, unit: 'source', of: 'L1H0' }, { signal })],
    ['neurons', ({ run, signal }) => run.attribute({ ...asked, unit: 'neuron', of: '1_mlp_out' }, { signal })],
    ['path', ({ run, signal }) => run.attribute({ ...asked, path: ['L1H0@1', 'L0H3@0'], unit: 'component' }, { signal })],
    ['neuron', ({ run, signal }) => run.attribute({ explain: 'neuron:L1N17', unit: 'head' }, { signal })],
    ['score', ({ run, signal }) => run.attribute({ explain: 'score:L1H1@1:query', unit: 'head' }, { signal })],
    ['pattern', ({ run, signal }) => run.pattern('L1H3', { signal })],
    ['wrong head', ({ run, signal }) => run.pattern('L9H9', { signal })],
    ['wrong position', ({ run, signal }) => run.attribute({ ...asked, position: 99, unit: 'head' }, { signal })],
    ['wrong answer', ({ run, signal }) => run.attribute({ answer: 1000, unit: 'head' }, { signal })],
    ['wrong path', ({ run, signal }) => run.attribute({ ...asked, path: ['L0H3@0', 'L1H0@1'], unit: 'component' }, { signal })],
    ['without', async ({ run, signal }) => {
      const without = await run.without({ part: 'L0H1' }, { signal });
      try {
        return [without.tokens, await without.attribute({ ...asked, unit: 'head' }), await without.predictions()];
      } finally {
        without.free();
      }
    }],
    ['patched', async ({ run, other, signal }) => {
      const patched = await run.patched(other, { site: 'resid_pre', at: [1, 1] }, { signal });
      try {
        return [patched.tokens, await patched.attribute({ ...asked, unit: 'component' })];
      } finally {
        patched.free();
      }
    }],
    ['generate', ({ scope, run, signal }) => scope.generate(run.tokens.map(({ id }) => id), { maxTokens: 8, temperature: 0.9, topK: 20, seed: 5, signal })],
    ['attributeAll', ({ scope, signal, onProgress }) => scope.attributeAll(SET, { unit: ['component', 'head'], signal, onProgress })],
    ['effectsAll', ({ scope, signal, onProgress }) => scope.effectsAll(SET, { unit: 'component', signal, onProgress })],
    ['sourcesAll', ({ scope, signal, onProgress }) => scope.sourcesAll(SET, { signal, onProgress })],
    ['headScores', ({ scope, signal, onProgress }) => scope.headScores({ length: 12, seed: 3, signal, onProgress })],
    ['parsePrompts', ({ scope, signal }) => scope.parsePrompts('prompt,answer,who\na b, c,b\n', { signal })],
    ['wrong prompts', ({ scope, signal }) => scope.parsePrompts('prompt,answer\na,b,c\n', { signal })],
  );

  /** Every bit of an answer, or what was refused. */
  const bits = (answer: unknown) =>
    JSON.stringify(answer, (_, value: unknown) => {
      if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>);
      return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `${Object.is(value, -0) ? '-0' : value}` : value;
    });
  const settled = (answer: Promise<unknown>) => answer.then(bits, (error: unknown) => error);
  const told = (error: unknown) => (error instanceof LogitscopeError ? `${error.name}: ${error.message}` : undefined);

  // One after the other, each of runs that nothing was asked before.
  const expected = new Map<string, string>();
  const alone = await Logitscope.load(model, { keep: false, threads: 1 });
  for (const [i, [clean, corrupted]] of PROMPTS.entries()) {
    for (const [name, ask] of questions) {
      const [run, other] = [await alone.run(clean), await alone.run(corrupted)];
      const answer = await settled(ask({ scope: alone, run, other }));
      expected.set(`${name} of ${i}`, typeof answer === 'string' ? answer : (told(answer) ?? `raw ${String(answer)}`));
      run.free();
      other.free();
    }
  }
  alone.close();

  let state = seed;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const wrong: string[] = [];
  const counts: Record<string, number> = {};
  const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1);

  /** A model in use, with runs of the prompts. */
  interface Live {
    scope: Logitscope;
    closed: boolean;
    runs: { of: number; run: Run; other: Run; freed: boolean }[];
  }
  const open = async (): Promise<Live> => ({ scope: await Logitscope.load(model, { keep: false, threads: 1 + random(2) }), closed: false, runs: [] });
  let live = await open();
  let memory = 0;

  const begin = async (of: number): Promise<void> => {
    const at = live;
    const [clean, corrupted] = PROMPTS[of]!;
    try {
      const [run, other] = await Promise.all([at.scope.run(clean), at.scope.run(corrupted)]);
      at.runs.push({ of, run, other, freed: false });
      count('run');
    } catch (error) {
      if (!at.closed || (error as Error).name !== 'ClosedError') wrong.push(`run of ${of}: ${String(error)}`);
    }
  };

  const ask = async (operation: number): Promise<void> => {
    const at = live;
    const on = at.runs[random(at.runs.length)];
    const [name, question] = questions[random(questions.length)]!;
    if (!on) return begin(random(PROMPTS.length));
    const stop = new AbortController();
    const reason = new Error(`operation ${operation}`);
    const aborts = random(6) === 0;
    if (aborts) {
      if (random(4) === 0) stop.abort(reason);
      else setTimeout(() => stop.abort(reason), random(30));
    }
    const freedBefore = on.freed;
    const onProgress = random(2) ? () => void count('progress') : undefined;
    const answer = await settled(question({ scope: at.scope, run: on.run, other: on.other, signal: stop.signal, onProgress }));
    const said = `operation ${operation}, ${name} of ${on.of} on ${at.scope.engine.threads} threads`;
    if (typeof answer === 'string' || !told(answer)) {
      if (answer === reason && aborts) return void count('aborted');
      if (typeof answer === 'string' && answer === expected.get(`${name} of ${on.of}`)) return void count('answered');
      wrong.push(`${said}: ${typeof answer === 'string' ? `another answer, ${answer.slice(0, 300)}` : String(answer)}`);
    } else if (told(answer) === expected.get(`${name} of ${on.of}`)) {
      count('refused');
    } else if ((answer as Error).name === 'ClosedError' && (at.closed || on.freed)) {
      count(at.closed ? 'closed' : 'freed');
      if (!at.closed && !freedBefore && !/^(without|patched)$/.test(name)) wrong.push(`${said}: was asked before the run was freed`);
    } else {
      wrong.push(`${said}: ${told(answer)}`);
    }
  };

  const pending = new Set<Promise<void>>();
  const start = (doing: Promise<void>) => {
    const going = doing.finally(() => pending.delete(going));
    pending.add(going);
  };
  for (let operation = 0; operation < operations && wrong.length < 5; operation += 1) {
    const what = random(400);
    if (what === 0) {
      memory = Math.max(memory, await live.scope.memory());
      live.closed = true;
      live.scope.close();
      count('close');
      live = await open();
    } else if (what < 40) {
      start(begin(random(PROMPTS.length)));
    } else if (what < 70 || live.runs.length > 12) {
      const on = live.runs[random(live.runs.length)];
      if (!on) continue;
      on.freed = true;
      on.run.free();
      on.other.free();
      count('free');
      // Some are asked once more all the same.
      if (random(3)) live.runs.splice(live.runs.indexOf(on), 1);
      else if (live.runs.length > 12) live.runs.shift();
    } else {
      start(ask(operation));
    }
    const most = 1 + random(8);
    while (pending.size > most) {
      const hangs = new Promise<'hangs'>((resolve) => setTimeout(resolve, 20_000, 'hangs'));
      if ((await Promise.race([hangs, ...pending])) !== 'hangs') continue;
      wrong.push(`operation ${operation}: ${pending.size} calls hang`);
      return { wrong, counts, memory };
    }
  }
  await Promise.all(pending);
  memory = Math.max(memory, await live.scope.memory());
  live.scope.close();
  return { wrong: wrong.slice(0, 5), counts, memory };
}
