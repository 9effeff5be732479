import type { Remote } from 'comlink';
import type { Effects, EffectsQuestion, Logitscope, Run, Work } from '/dist/logitscope.js';
import { quantity, row, type Row } from '../report.js';
import type { FloorService } from '../workers/floor.js';
import { computing } from './clock.js';
import { prompt } from './prompts.js';
import { ANSWER } from './sides.js';

const LENGTH = 16;

/** Every head and component taken out, over the time that the multiply-adds would take at the rate of registers alone. */
export async function sweeps(scope: Logitscope, floor: Remote<FloorService>): Promise<Row[]> {
  const rows: Row[] = [];
  const run = await scope.run(prompt(LENGTH));
  for (const [name, positions, rounds] of [
    ['all parts taken out at the last position', [-1], 7],
    ['all parts taken out everywhere', null, 3],
  ] as const) {
    const times: number[] = [];
    const shares: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const rate = await floor.registers();
      const [time, work] = await swept(run, positions);
      if (round < 0) continue;
      times.push(time);
      shares.push(time / ((2 * work) / rate / 1e6));
    }
    rows.push(row(`${name}, ${LENGTH} tokens`, quantity('×', shares), { at: '≤', limit: 1.5 }, { 'heads and components': quantity('ms', times) }));
  }
  const waits: number[] = [];
  for (let round = 0; round < 7; round++) waits.push(await cancelled(run));
  rows.push(row('a sweep cancelled, until it has ended', quantity('ms', waits), { at: '≤', limit: 100 }));
  run.free();
  return rows;
}

/** Milliseconds and multiply-adds. */
async function swept(run: Run, positions: EffectsQuestion['positions']): Promise<[number, number]> {
  let work = 0;
  const time = await computing(async () => {
    for (const unit of ['head', 'component'] as const) {
      let total = 0;
      const onProgress = (progress: Work<Effects>) => void (total = progress.total);
      await run.effects({ ...ANSWER, unit, positions, onProgress });
      work += total;
    }
  });
  return [time, work];
}

/** Milliseconds from the signal, somewhere in the sweep, until the sweep has ended and another question is answered. */
async function cancelled(run: Run): Promise<number> {
  const cancel = new AbortController();
  const sweep = run.effects({ ...ANSWER, unit: 'head', positions: null, signal: cancel.signal }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 300 + 400 * Math.random()));
  const begun = performance.now();
  cancel.abort();
  await sweep;
  await run.predictions(-1, 1);
  return performance.now() - begun;
}
