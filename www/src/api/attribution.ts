import type { AttributionData, AttributionText, Contribution } from '../wasm/model.js';

/** A logit, or the difference of two, as a sum of what the parts of the model wrote to the residual stream. */
export interface Attribution extends AttributionData {
  /** The `k` highest parts, highest first; over several positions, by their mean. As TransformerLens's `top`. */
  top(k: number): Contribution[];
  /** The `k` parts of the largest magnitude, largest first; over several positions, by that of their mean. */
  strongest(k: number): Contribution[];
}

/** The labels of a head's sources, or of an MLP's neurons and its output bias. */
function numbered({ unit, of = '', attribution }: Omit<AttributionText, 'labels'>): string[] {
  if (unit === 'source') return Array.from(attribution, (_, token) => `@${token}`);
  const layer = parseInt(of);
  const neurons = Array.from(attribution.subarray(1), (_, neuron) => `L${layer}N${neuron}`);
  return [...neurons, `${layer}_mlp_bias`];
}

/** Of what left the module. */
export function attributionOf({ labels, factors, ...numbers }: AttributionText): Attribution {
  const data: AttributionData = { ...numbers, labels: labels?.split(' ') ?? numbered(numbers) };
  if (factors && data.unit === 'source') data.pattern = [...factors];
  if (factors && data.unit === 'neuron') data.activation = Array.from(factors, (factor) => (Number.isNaN(factor) ? null : factor));
  return { ...data, top: (k) => first(data, k, (value) => value), strongest: (k) => first(data, k, Math.abs) };
}

/** The first `k` parts by the size of their mean over the positions. */
function first({ labels, attribution, positions }: AttributionData, k: number, size: (value: number) => number): Contribution[] {
  const n = positions.length;
  const mean = (i: number) => attribution.subarray(i * n, (i + 1) * n).reduce((sum, value) => sum + value, 0) / n;
  const means = labels.map((label, i) => ({ label, value: mean(i) }));
  return means.sort((a, b) => size(b.value) - size(a.value)).slice(0, Math.max(0, k));
}
