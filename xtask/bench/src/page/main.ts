import { Logitscope } from '/dist/logitscope.js';
import type { Measured, Row } from '../report.js';
import { mustAgree } from './agreement.js';
import { charts } from './charts.js';
import { clockWorkers } from './clock.js';
import { depth } from './depth.js';
import { beside, halves, shared } from './forward.js';
import { incremental } from './incremental.js';
import { lens } from './lens.js';
import { linear, type Machine } from './linear.js';
import { loads } from './load.js';
import { questions } from './questions.js';
import { floor, folders, onnx } from './sides.js';
import { sweeps } from './sweeps.js';

interface Plan {
  title: string;
  rows: () => Promise<Row[]>;
  /** What no later section needs. */
  closes?: readonly { close: () => Promise<void> }[];
}

/** What is opened when it is first asked for. */
class Side<T extends { close(): void }> {
  #opened: Promise<T> | undefined;
  constructor(private readonly open: () => Promise<T>) {}

  get(): Promise<T> {
    return (this.#opened ??= this.open());
  }

  async close(): Promise<void> {
    (await this.#opened)?.close();
  }
}

const engines: Measured['engines'] = {};
const one = new Side(() => open(folders.float32, 1));
const theirs = new Side(() => onnx(1));
const bare = new Side(async () => floor(await one.get()));
let machine: Promise<Machine> | undefined;
const measuredLinear = () => (machine ??= bare.get().then(({ service }) => linear(service)));
const half = new Side(() => open(folders.float16, 1));
const two = new Side(() => open(folders.float32, 2));
const theirTwo = new Side(() => onnx(2));
const weights = async () => (await measuredLinear()).weights;

const plans: readonly Plan[] = [
  { title: 'From the server to ready', rows: loads },
  {
    title: 'A prompt and all three units, over onnxruntime-web, one thread each',
    rows: () => asked(one, theirs),
    closes: [theirs],
  },
  { title: 'Linear layers, of the rate of registers alone, one thread', rows: async () => (await measuredLinear()).rows },
  {
    title: 'A prompt that was nearly run before, over one pass over the weights, one thread',
    rows: async () => incremental(await one.get(), await weights()),
  },
  { title: 'Questions about a prompt that was run', rows: async () => questions(await one.get()) },
  { title: 'Into parts of a prompt of 128 tokens, one thread', rows: async () => depth(await one.get(), await weights()) },
  {
    title: 'What is lost without each part, over its multiply-adds at the rate of registers alone, one thread',
    rows: async () => sweeps(await one.get(), (await bare.get()).service),
  },
  {
    title: 'The logit lens, and what parts say, one thread',
    rows: async () => lens(await one.get(), (await bare.get()).service),
    closes: [bare],
  },
  { title: 'Charts redrawn', rows: async () => charts(await one.get()) },
  {
    title: 'The weights stored as float16, over float32, one thread',
    rows: async () => halves(await half.get(), await one.get()),
    closes: [half],
  },
  {
    title: 'A prompt and all three units, over onnxruntime-web, two threads each',
    rows: () => asked(two, theirTwo),
    closes: [theirTwo],
  },
  {
    title: 'A prompt and all three units, on two threads, over one',
    rows: async () => shared(await two.get(), await one.get()),
    closes: [two, one],
  },
];

/** Of all that is measured in a page, in this order. */
export const titles = plans.map(({ title }) => title);

/** Measures the sections of these titles. Opens what they need, and no more. */
export async function measure(wanted: readonly string[]): Promise<Measured> {
  if (!crossOriginIsolated) throw new Error('the page is not isolated: there are no threads, and clocks are coarse');
  clockWorkers();
  const sections: Measured['sections'] = [];
  for (const { title, rows, closes = [] } of plans) {
    if (wanted.includes(title)) {
      const start = performance.now();
      sections.push({ title, rows: await rows() });
      console.log(`${title} (${((performance.now() - start) / 1000).toFixed(0)} s)`);
    }
    for (const side of closes) await side.close();
  }
  return { engines, sections };
}

async function open(folder: string, threads: number): Promise<Logitscope> {
  const scope = await Logitscope.load(folder, { keep: false, threads });
  engines[`${threads}`] = `${scope.engine.simd}, threads: ${scope.engine.threads}`;
  return scope;
}

async function asked(ours: typeof one, theirs: typeof theirTwo): Promise<Row[]> {
  const [scope, { service }] = [await ours.get(), await theirs.get()];
  await mustAgree(scope, service);
  return beside(scope, service);
}
