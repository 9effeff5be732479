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

/** The tokens that it takes most from, in their order; the first counts only where more than attention rests on it. */
export function mainSources(sources: Sources, rests: boolean): number[] {
  const taken = sources.attribution.map((value, i) => (rests && i === 0 ? 0 : Math.abs(value)));
  const most = Math.max(...taken);
  return taken.flatMap((value, i) => (most > 0 && value >= most / 2 ? [i] : []));
}
