/** What was measured several times: the median, and the quartiles as its spread. */
export interface Spread {
  median: number;
  low: number;
  high: number;
  /** How often it was measured. */
  n: number;
}

export type Unit = 'ms' | '×' | '%' | 'GFLOP/s' | 'GB/s' | 'MB';

export interface Quantity extends Spread {
  unit: Unit;
}

export interface Goal {
  at: '≤' | '<' | '≥';
  limit: number;
}

/** One line of the table. */
export interface Row {
  name: string;
  value: Quantity;
  goal?: Goal & { met: boolean };
  /** What the value was made from, or what is of interest beside it. */
  beside: Record<string, Quantity>;
}

export interface Section {
  title: string;
  rows: Row[];
}

/** What the page measures. */
export interface Measured {
  /** The engine variants that ran, by the threads that were asked for. */
  engines: Record<string, string>;
  sections: Section[];
}

export interface Report extends Measured {
  browser: string;
  processor: string;
  cores: number;
  goals: { met: number; of: number };
}

export function quantity(unit: Unit, samples: readonly number[]): Quantity {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const index = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(index)], sorted[Math.ceil(index)]];
    if (low === undefined || high === undefined) throw new Error('nothing was measured');
    return low + (high - low) * (index % 1);
  };
  return { unit, median: at(0.5), low: at(0.25), high: at(0.75), n: sorted.length };
}

export function row(name: string, value: Quantity, goal?: Goal, beside: Row['beside'] = {}): Row {
  return goal ? { name, value, goal: { ...goal, met: meets(value.median, goal) }, beside } : { name, value, beside };
}

/** Each sample over that of the same round. */
export function ratios(samples: readonly number[], over: readonly number[]): number[] {
  return samples.map((sample, round) => sample / (over[round] ?? NaN));
}

function meets(value: number, { at, limit }: Goal): boolean {
  if (at === '≥') return value >= limit;
  return at === '<' ? value < limit : value <= limit;
}
