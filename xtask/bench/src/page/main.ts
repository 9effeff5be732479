import { Logitscope } from '/dist/logitscope.js';
import type { Measured, Section } from '../report.js';
import { mustAgree } from './agreement.js';
import { charts } from './charts.js';
import { clockWorkers } from './clock.js';
import { depth } from './depth.js';
import { beside, halves } from './forward.js';
import { incremental } from './incremental.js';
import { lens } from './lens.js';
import { linear } from './linear.js';
import { loads } from './load.js';
import { questions } from './questions.js';
import { floor, folders, onnx } from './sides.js';
import { sweeps } from './sweeps.js';

/** Measures everything that is measured in a page. */
export async function measure(): Promise<Measured> {
  if (!crossOriginIsolated) throw new Error('the page is not isolated: there are no threads, and clocks are coarse');
  clockWorkers();
  const engines: Measured['engines'] = {};
  const sections: Section[] = [];
  const section = async (title: string, rows: Promise<Section['rows']>) => {
    const start = performance.now();
    sections.push({ title, rows: await rows });
    console.log(`${title} (${((performance.now() - start) / 1000).toFixed(0)} s)`);
  };
  const open = async (folder: string, threads: number) => {
    const scope = await Logitscope.load(folder, { keep: false, threads });
    engines[`${threads}`] = `${scope.engine.simd}, threads: ${scope.engine.threads}`;
    return scope;
  };

  await section('From the server to ready', loads());

  const one = await open(folders.float32, 1);
  const theirs = await onnx(1);
  await mustAgree(one, theirs.service);
  await section('A prompt and all three units, over onnxruntime-web, one thread each', beside(one, theirs.service));
  theirs.close();
  const bare = await floor(one);
  const machine = linear(bare.service);
  await section('Linear layers, of the rate of registers alone, one thread', machine.then(({ rows }) => rows));
  const { weights } = await machine;
  await section('A prompt that was nearly run before, over one pass over the weights, one thread', incremental(one, weights));
  await section('Questions about a prompt that was run', questions(one));
  await section('Into parts of a prompt of 128 tokens, one thread', depth(one, weights));
  await section('What is lost without each part, over its multiply-adds at the rate of registers alone, one thread', sweeps(one, bare.service));
  await section('The logit lens, and what parts say, one thread', lens(one, bare.service));
  bare.close();
  await section('Charts redrawn', charts(one));
  const half = await open(folders.float16, 1);
  await section('The weights stored as float16, over float32, one thread', halves(half, one));
  half.close();
  one.close();

  const two = await open(folders.float32, 2);
  const theirTwo = await onnx(2);
  await mustAgree(two, theirTwo.service);
  await section('A prompt and all three units, over onnxruntime-web, two threads each', beside(two, theirTwo.service));
  theirTwo.close();
  two.close();
  return { engines, sections };
}
