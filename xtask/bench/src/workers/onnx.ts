import { expose } from 'comlink';
import { InferenceSession, Tensor, env } from 'onnxruntime-web/wasm';

let session: InferenceSession;
let logits = new Float32Array();

const service = {
  async load(folder: string, threads: number): Promise<void> {
    env.wasm.wasmPaths = new URL('/ort/', self.location.origin).href;
    env.wasm.numThreads = threads;
    session = await InferenceSession.create(`${folder}model.onnx`, {
      executionProviders: ['wasm'],
      externalData: [{ path: 'model.safetensors', data: `${folder}model.safetensors` }],
    });
  },

  async run(ids: readonly number[]): Promise<void> {
    const tensor = new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    const output = await session.run({ ids: tensor });
    logits = output['logits']?.data as Float32Array<ArrayBuffer>;
  },

  /** The last position's, of the last run. */
  logits: (): Float32Array => logits,
};

export type Onnx = typeof service;

expose(service);
