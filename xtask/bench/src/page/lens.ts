import type { Remote } from 'comlink';
import type { Logitscope, Run } from '/dist/logitscope.js';
import { quantity, ratios, row, type Row } from '../report.js';
import type { FloorService } from '../workers/floor.js';
import { computing } from './clock.js';
import { prompt, token } from './prompts.js';

const ROUNDS = 9;
const LENGTH = 16;
/** At once. */
const PARTS = 16;

/** The logit lens, and what parts say to the whole vocabulary: both read the unembedding for many rows at once. */
export async function lens(scope: Logitscope, floor: Remote<FloorService>): Promise<Row[]> {
  const { n_layer: layers, n_head: heads, n_embd: width, vocab_size: vocabulary } = scope.config;
  const run = await scope.run(prompt(LENGTH));
  const parts = () => Array.from({ length: PARTS }, () => `L${token() % layers}H${token() % heads}`);
  // All of the last block.
  await run.lens({ position: null, k: 1 });

  const passes: number[] = [];
  const said: number[] = [];
  const column: number[] = [];
  const table: number[] = [];
  const rates: number[] = [];
  const linear: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    // Of a position that was not the last one asked about, whose logits are kept.
    const pass = await computing(() => run.expectations([token()], (round + 2) % (LENGTH - 1)));
    const readouts = await computing(() => run.readouts({ parts: parts() }));
    const last = await looked(run, -1);
    const all = await looked(run, null);
    const rate = await floor.linear(128);
    if (round < 0) continue;
    passes.push(pass);
    said.push(readouts);
    column.push(last);
    table.push(all);
    rates.push((2 * (2 * layers + 1) * LENGTH * vocabulary * width) / all / 1e6);
    linear.push(rate);
  }
  run.free();
  const share = ratios(rates, linear).map((share) => 100 * share);
  return [
    row(`what ${PARTS} heads say, over one pass over the unembedding`, quantity('×', ratios(said, passes)), { at: '≤', limit: 1.5 }, {
      'the heads': quantity('ms', said),
      'one pass': quantity('ms', passes),
    }),
    row(`the lens after the last of ${LENGTH} tokens`, quantity('ms', column), { at: '≤', limit: 60 }),
    row(`the lens after all ${LENGTH} tokens, of the rate of linear layers`, quantity('%', share), { at: '≥', limit: 80 }, {
      'all tokens': quantity('ms', table),
      'the lens': quantity('GFLOP/s', rates),
      'linear layers': quantity('GFLOP/s', linear),
    }),
  ];
}

function looked(run: Run, position: number | null): Promise<number> {
  return computing(() => run.lens({ answer: token(), position }));
}
