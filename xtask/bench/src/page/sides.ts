import { wrap, type Remote } from 'comlink';
import { Logitscope, type Run } from '/dist/logitscope.js';
import type { FloorService } from '../workers/floor.js';
import type { Onnx } from '../workers/onnx.js';
import type { Transfer } from '../workers/transfer.js';
import { timed } from './clock.js';

const folder = (name: string) => new URL(`/models/${name}/`, location.href).href;

/** The URLs of the models' folders on the benchmark's server. */
export const folders = { float32: folder('float32'), float16: folder('float16') };

export const UNITS = ['component', 'layer', 'head'] as const;
export const ANSWER = { answer: 7, incorrect: 12 };

function start<T>(name: string): { service: Remote<T>; close: () => void } {
  const worker = new Worker(`/workers/${name}.js`, { type: 'module' });
  worker.addEventListener('error', ({ message }) => reportError(new Error(`the worker ${name} failed: ${message}`)));
  return { service: wrap<T>(worker), close: () => worker.terminate() };
}

/** onnxruntime-web with the float32 model. */
export async function onnx(threads: number): Promise<{ service: Remote<Onnx>; close: () => void }> {
  const side = start<Onnx>('onnx');
  await side.service.load(folders.float32, threads);
  return side;
}

/** The machine's floor, for linear layers of a model's shape. */
export async function floor({ config }: Logitscope): Promise<{ service: Remote<FloorService>; close: () => void }> {
  const side = start<FloorService>('floor');
  await side.service.load(config.n_layer, config.n_embd, config.n_inner);
  return side;
}

export const transfer = () => start<Transfer>('transfer');

/** What a reader waits for: milliseconds for the pass, then for each kind of question about the last position. */
export interface Answered {
  run: Run;
  pass: number;
  units: number;
  predictions: number;
}

export async function answered(scope: Logitscope, ids: readonly number[]): Promise<Answered> {
  const [pass, run] = await timed(() => scope.run(ids));
  const [units] = await timed(async () => {
    for (const unit of UNITS) await run.attribute({ ...ANSWER, unit });
  });
  const [predictions] = await timed(() => run.predictions(-1, 10));
  return { run, pass, units, predictions };
}
