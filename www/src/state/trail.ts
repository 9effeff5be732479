import type { Explained } from '../api/logitscope';

/**
 * How far in the reader has gone, a step a level: `L9H9@5`, what a head reads at a token; `neuron:L3N17`, what makes a neuron fire;
 * `score:L9H9@5:key`, why a head looks at a token, by the parts there, or `:query`, by the parts where it looks from.
 */
export type Trail = readonly string[];

/** What a step goes to. */
export type Step =
  | { kind: 'head'; head: string; token: number }
  | { kind: 'neuron'; neuron: string }
  | { kind: 'score'; head: string; token: number; side: 'key' | 'query' };

export function parseStep(step: string): Step | undefined {
  const head = /^(L\d+H\d+)@(\d+)$/.exec(step);
  if (head) return { kind: 'head', head: head[1]!, token: Number(head[2]) };
  const neuron = /^neuron:(L\d+N\d+)$/.exec(step);
  if (neuron) return { kind: 'neuron', neuron: neuron[1]! };
  const score = /^score:(L\d+H\d+)@(\d+):(key|query)$/.exec(step);
  if (score) return { kind: 'score', head: score[1]!, token: Number(score[2]), side: score[3] as 'key' | 'query' };
  return undefined;
}

/** Whether what is explained at the end is another number than a logit: a neuron's input, or a score. */
export function inOwnUnit(trail: Trail): boolean {
  return trail.some((step) => /^(neuron|score):/.test(step));
}

/** What is asked of the run at the end of a trail that begins at `position`, and the token where the residual stream is read there. */
export function follow(trail: Trail, position: number): { asked: Pick<Explained, 'explain' | 'path' | 'position'>; at: number } {
  let asked: { explain?: string; path: string[]; position: number } = { path: [], position };
  let at = position;
  for (const text of trail) {
    const step = parseStep(text);
    if (step?.kind === 'head') {
      asked.path.push(text);
      at = step.token;
    } else if (step) {
      // Another number, in its own unit: what comes before only says how the reader came here.
      asked = { explain: text, path: [], position: at };
      if (step.kind === 'score' && step.side === 'key') at = step.token;
    }
  }
  return { asked, at };
}
