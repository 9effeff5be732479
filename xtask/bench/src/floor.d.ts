// What wasm-bindgen writes from www/wasm/src/bench.rs, as far as it is used.

/** What the machine gives, and what the kernel of the linear layers makes of it. */
export class Floor {
  /** All linear layers of a model of this shape, of random weights. */
  constructor(n_layer: number, n_embd: number, n_inner: number);
  /** GFLOP/s of multiplications and additions on registers alone. */
  registers(): number;
  /** GB/s of one pass over the weights. */
  bandwidth(): number;
  weight_bytes(): number;
  /** GFLOP/s of all linear layers on `t` rows. */
  linear(t: number): number;
}

export default function init(from: { module_or_path: string }): Promise<unknown>;
