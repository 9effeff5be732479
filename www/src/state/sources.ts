import type { SourcesData } from '../api/logitscope';

/** What one head takes from each token up to where it looks from, and the attention that it pays to each. */
export interface Sources {
  attribution: number[];
  pattern: number[];
}

/** One head's of all heads'; none for a part that is no head, or no part of what is read. */
export function sourcesOf({ heads, attribution, pattern }: SourcesData, label: string): Sources | undefined {
  const head = heads.indexOf(label);
  if (head < 0) return undefined;
  const tokens = attribution.length / heads.length;
  const row = (of: Float64Array) => [...of.subarray(head * tokens, (head + 1) * tokens)];
  return { attribution: row(attribution), pattern: row(pattern) };
}

/** Whether the first token is no more than a place for attention to rest, as that of most heads does most of the time. */
export function restsOnFirst({ pattern: [first = 0] }: Pick<Sources, 'pattern'>): boolean {
  return first > 0.5;
}

/** The three tokens at most that it takes most from, in their order; the first counts only where more than attention rests on it. */
export function mainSources({ attribution }: Sources, rests: boolean): number[] {
  const taken = attribution.map((value, i) => (rests && i === 0 ? 0 : Math.abs(value)));
  const [most = 0, , third = 0] = [...taken].sort((a, b) => b - a);
  const least = Math.max(most / 2, third);
  return taken.flatMap((value, i) => (value > 0 && value >= least ? [i] : []));
}
