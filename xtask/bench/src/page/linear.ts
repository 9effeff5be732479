import type { Remote } from 'comlink';
import { quantity, ratios, row, type Quantity, type Row } from '../report.js';
import type { FloorService } from '../workers/floor.js';

const ROUNDS = 9;

export interface Machine {
  rows: Row[];
  /** Milliseconds of one pass over the weights of all linear layers. */
  weights: Quantity;
}

/** What the machine gives, and how much of it the linear layers get. */
export async function linear(floor: Remote<FloorService>): Promise<Machine> {
  const bytes = await floor.weightBytes();
  const bandwidth: number[] = [];
  const registers: number[] = [];
  const rows: Row[] = [];
  for (const length of [16, 32, 64, 128]) {
    const rate: number[] = [];
    const floors: number[] = [];
    await floor.linear(length);
    for (let round = 0; round < ROUNDS; round++) {
      floors.push(await floor.registers());
      rate.push(await floor.linear(length));
      bandwidth.push(await floor.bandwidth());
    }
    registers.push(...floors);
    const shares = ratios(rate, floors).map((share) => 100 * share);
    rows.push(
      row(`${length} tokens`, quantity('%', shares), { at: '≥', limit: 80 }, { 'linear layers': quantity('GFLOP/s', rate) }),
    );
  }
  const weights = quantity('ms', bandwidth.map((rate) => bytes / rate / 1e6));
  rows.push(
    row('registers alone', quantity('GFLOP/s', registers)),
    row('one pass over the weights', weights, undefined, { bandwidth: quantity('GB/s', bandwidth), weights: quantity('MB', [bytes / 1e6]) }),
  );
  return { rows, weights };
}
