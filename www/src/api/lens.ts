import type { LensText, Prediction } from '../wasm/model.js';

/**
 * What the model would say if it stopped at each state of the residual stream: the logit lens. Each state goes through the final
 * LayerNorm anew, and the unembedding. Numbers that are not known yet are not numbers, and their tokens are missing.
 */
export interface Lens {
  /** The states: `0_pre`, `0_mid`, `1_pre`, ..., `final_post`. [state] */
  labels: string[];
  /** Ascending. [position] */
  positions: number[];
  /** The likeliest tokens, likeliest first. [state][position][k] */
  top: Prediction[][][];
  /** Of the probabilities of all tokens, in nats. [state][position] */
  entropy: number[][];
  /** What is expected of the answer, if there is one; the likeliest token has rank 0. [state][position] */
  answer?: { probability: number[][]; rank: number[][] };
}

/** Of what left the module. */
export function lensOf({ labels, positions, k, ids, texts, tokens, logits, probabilities, entropy, answer, rank }: LensText): Lens {
  const textOf = new Map(texts.map((text, i) => [ids[i], text]));
  const n = positions.length;
  const prediction = (at: number, rank: number): Prediction => {
    const id = tokens[at] ?? NaN;
    return { id, text: textOf.get(id) ?? '', logit: logits[at] ?? NaN, probability: probabilities[at] ?? NaN, rank };
  };
  const known = (cell: number) => Array.from({ length: k }, (_, i) => prediction(cell * k + i, i)).filter(({ id }) => !Number.isNaN(id));
  const rows = <T>(of: (cell: number) => T): T[][] => labels.map((_, state) => positions.map((_, p) => of(state * n + p)));
  const numbers = (all: Float64Array) => rows((cell) => all[cell] ?? NaN);
  return {
    labels,
    positions,
    top: rows(known),
    entropy: numbers(entropy),
    ...(answer && rank && { answer: { probability: numbers(answer), rank: numbers(rank) } }),
  };
}
