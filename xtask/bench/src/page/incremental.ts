import type { Logitscope } from '/dist/logitscope.js';
import { quantity, row, type Quantity, type Row } from '../report.js';
import { prompt, token } from './prompts.js';
import { answered, type Answered } from './sides.js';

const ROUNDS = 11;

/** Prompts that continue, or end otherwise than, one that was run before; the goal is relative to a pass over the weights. */
export async function incremental(scope: Logitscope, weights: Quantity): Promise<Row[]> {
  const rows: Row[] = [];
  const changes = {
    'one token after': (ids: number[]) => [...ids, token()],
    'the last token replaced, of': (ids: number[]) => [...ids.slice(0, -1), token()],
  };
  for (const [name, change] of Object.entries(changes)) {
    for (const length of [16, 64, 128]) {
      const told: Answered[] = [];
      for (let round = -2; round < ROUNDS; round++) {
        const ids = prompt(length);
        const before = await scope.run(ids);
        const sample = await answered(scope, change(ids));
        if (round >= 0) told.push(sample);
        sample.run.free();
        before.free();
      }
      const passes = told.map(({ pass }) => pass);
      rows.push(
        row(`${name} ${length}`, quantity('×', passes.map((pass) => pass / weights.median)), { at: '≤', limit: 1.2 }, {
          pass: quantity('ms', passes),
          'with questions': quantity('ms', told.map(({ pass, units, predictions }) => pass + units + predictions)),
        }),
      );
    }
  }
  return rows;
}
