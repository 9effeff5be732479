/** The dimensions of a GPT-2. */
export interface Shape {
  n_layer: number;
  n_head: number;
  n_embd: number;
  n_positions: number;
  vocab_size: number;
  /** Four times `n_embd` if it is not given. */
  n_inner?: number;
}

/** The files of a GPT-2 with random weights, and no tokenizer. */
export function randomModel(shape: Shape): Record<'config.json' | 'model.safetensors', Buffer> {
  return {
    'config.json': Buffer.from(JSON.stringify({ model_type: 'gpt2', ...shape })),
    'model.safetensors': safetensors(weights(shape)),
  };
}

function weights({ n_layer, n_embd: d, n_positions, vocab_size, n_inner = 4 * d }: Shape): Map<string, number[]> {
  const shapes = new Map([['wte.weight', [vocab_size, d]], ['wpe.weight', [n_positions, d]]]);
  const norm = (name: string) => shapes.set(`${name}.weight`, [d]).set(`${name}.bias`, [d]);
  const linear = (name: string, from: number, to: number) => shapes.set(`${name}.weight`, [from, to]).set(`${name}.bias`, [to]);
  for (let layer = 0; layer < n_layer; layer += 1) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, d, 3 * d);
    linear(`h.${layer}.attn.c_proj`, d, d);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, d, n_inner);
    linear(`h.${layer}.mlp.c_proj`, n_inner, d);
  }
  return norm('ln_f');
}

/** A file of these tensors, their values between -0.1 and 0.1. */
function safetensors(shapes: Map<string, number[]>): Buffer {
  const { head, bytes } = headed(shapes, 'F32');
  const values = Float32Array.from({ length: bytes / 4 }, random(1));
  return Buffer.concat([head, Buffer.from(values.buffer)]);
}

/** What a file of a GPT-2's weights begins with, and the bytes of the values that follow. */
export function beginning(shape: Shape, dtype: 'F32' | 'F16'): { head: Buffer; bytes: number } {
  return headed(weights(shape), dtype);
}

/** The header's length, and the header. */
function headed(shapes: Map<string, number[]>, dtype: 'F32' | 'F16'): { head: Buffer; bytes: number } {
  const header: Record<string, unknown> = {};
  let bytes = 0;
  for (const [name, shape] of shapes) {
    const begin = bytes;
    bytes += (dtype === 'F32' ? 4 : 2) * shape.reduce((product, size) => product * size);
    header[name] = { dtype, shape, data_offsets: [begin, bytes] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return { head: Buffer.concat([length, json]), bytes };
}

/** The same numbers for the same seed (xorshift). */
function random(seed: number): () => number {
  return () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed / 2 ** 31) * 0.1;
  };
}
