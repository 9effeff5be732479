import type { Inlined } from '../api/inlined.js';

/** Of the package, for bundlers that leave the `.wasm` files behind: what every browser can run. */
export const inlined: { charts?: Inlined; model?: Inlined } = {
  charts: () => import('../wasm/charts.wasm?gzip'),
  model: () => import('../wasm/model.wasm?gzip'),
};
