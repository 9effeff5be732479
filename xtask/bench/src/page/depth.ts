import { Chart, initCharts, type Logitscope, type Run } from '/dist/logitscope.js';
import { quantity, row, type Quantity, type Row } from '../report.js';
import { computing } from './clock.js';
import { prompt, token } from './prompts.js';
import { UNITS } from './sides.js';

const ROUNDS = 15;
const LENGTH = 128;
const SIZE = { width: 460, height: 280 };

/** Going into parts of a prompt that was run: what the worker computes, and what the page draws of it. */
export async function depth(scope: Logitscope, weights: Quantity): Promise<Row[]> {
  await initCharts();
  const { n_layer: layers, n_embd: width, n_inner: inner } = scope.config;
  const mlps = (2 * inner) / (2 * inner + 4 * width);
  const pass = weights.median * mlps;
  const run = await scope.run(prompt(LENGTH));
  const asked = () => ({ answer: token(), incorrect: token() });
  const neurons = async (position: number) => {
    const question = { ...asked(), position, unit: 'neuron' as const };
    for (let layer = 0; layer < layers; layer++) await run.attribute({ ...question, of: `${layer}_mlp_out` });
  };
  const last = layers - 1;
  const step = () => [`L${last}H${token() % scope.config.n_head}@${token() % LENGTH}`];

  const sources = await samples(() => computing(() => run.sources({ ...asked() })));
  // Those of two positions are kept.
  const first = await samples((round) => computing(() => neurons(LENGTH - 2 - (round % (LENGTH / 2)))));
  await neurons(-1);
  const again = await samples(() => computing(() => neurons(-1)));
  const along = await samples(() => computing(() => run.attribute({ ...asked(), path: step(), unit: 'component' })));
  const charts = await drawn(run, asked, step, [layers, scope.config.n_head]);
  run.free();

  const passes = (times: number[]) => quantity('×', times.map((time) => time / pass));
  return [
    row('sources of all heads', quantity('ms', sources), { at: '≤', limit: 4 }),
    row('all neurons, over one pass over the MLPs', passes(first), { at: '≤', limit: 1.3 }, { neurons: quantity('ms', first) }),
    row('all neurons, for another answer', quantity('ms', again), { at: '<', limit: 2 }, { 'passes over the MLPs': passes(again) }),
    row('one step along a path', quantity('ms', along), { at: '≤', limit: 2 }),
    row('one step along a path, three charts', quantity('ms', charts), { at: '≤', limit: 8 }),
  ];
}

/** Milliseconds of a step along a path in all three units, and of drawing their charts. */
async function drawn(run: Run, asked: () => { answer: number; incorrect: number }, step: () => string[], model: [number, number]): Promise<number[]> {
  const canvases = UNITS.map(() => document.body.appendChild(document.createElement('canvas')));
  for (const canvas of canvases) {
    canvas.style.width = `${SIZE.width}px`;
    canvas.style.height = `${SIZE.height}px`;
  }
  const times = await samples(async () => {
    const question = { ...asked(), path: step() };
    let time = 0;
    for (const [i, unit] of UNITS.entries()) {
      const canvas = canvases[i];
      if (!canvas) continue;
      let attribution;
      time += await computing(async () => void (attribution = await run.attribute({ ...question, unit })));
      if (!attribution) continue;
      const start = performance.now();
      const chart = Chart.about(attribution, { answer: 'answer', incorrect: 'incorrect', through: question.path.join(', '), model });
      chart.draw(canvas, { ...SIZE, pixelRatio: devicePixelRatio });
      time += performance.now() - start;
      chart.free();
    }
    return time;
  });
  for (const canvas of canvases) canvas.remove();
  return times;
}

async function samples(sample: (round: number) => Promise<number>): Promise<number[]> {
  const told: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const value = await sample(round + 2);
    if (round >= 0) told.push(value);
  }
  return told;
}
