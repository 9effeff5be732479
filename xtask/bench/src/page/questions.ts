import type { Logitscope, Run, Unit } from '/dist/logitscope.js';
import { quantity, row, type Goal, type Row } from '../report.js';
import { computing, timed } from './clock.js';
import { prompt, token } from './prompts.js';
import { UNITS } from './sides.js';

const ROUNDS = 41;
const LENGTH = 64;
const goal: Goal = { at: '<', limit: 1 };

/** Questions about a prompt that was run: what the worker computes for them, and the way of a message there and back. */
export async function questions(scope: Logitscope): Promise<Row[]> {
  const run = await scope.run(prompt(LENGTH));
  const pair = { answer: token(), incorrect: token() };
  const all = async (question: { answer: number; incorrect: number; position?: number }, units: readonly Unit[] = UNITS) => {
    for (const unit of units) await run.attribute({ ...question, unit });
  };
  await all(pair);
  const rows = [
    await asked('another answer, three units', () => all({ answer: token(), incorrect: token() })),
    await asked('another position, three units', () => all({ ...pair, position: token() % LENGTH })),
    await units(run),
  ];
  const trips = await samples(async () => (await timed(() => scope.memory()))[0]);
  run.free();
  return [...rows, row('a message there and back', quantity('ms', trips))];
}

async function asked(name: string, ask: () => Promise<void>): Promise<Row> {
  const waited: number[] = [];
  const computed = await samples(() =>
    computing(async () => {
      const [wait] = await timed(ask);
      waited.push(wait);
    }),
  );
  return row(name, quantity('ms', computed), goal, { 'until answered': quantity('ms', waited.slice(-ROUNDS)) });
}

/** The question was asked of one unit before, and now is of another. */
async function units(run: Run): Promise<Row> {
  const computed = await samples(async () => {
    const question = { answer: token(), incorrect: token() };
    await run.attribute({ ...question, unit: 'component' });
    return computing(() => run.attribute({ ...question, unit: 'head' }));
  });
  return row('another unit', quantity('ms', computed), goal);
}

async function samples(sample: () => Promise<number>): Promise<number[]> {
  const told: number[] = [];
  for (let round = -5; round < ROUNDS; round++) {
    const value = await sample();
    if (round >= 0) told.push(value);
  }
  return told;
}
