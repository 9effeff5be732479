import type { Remote } from 'comlink';
import type { Logitscope } from '/dist/logitscope.js';
import { quantity, ratios, row, type Row } from '../report.js';
import type { Onnx } from '../workers/onnx.js';
import { timed } from './clock.js';
import { prompt } from './prompts.js';
import { answered, type Answered } from './sides.js';

/** After a pass onnxruntime-web's threads look out for more work for a while: without a rest the other side would pay for it. */
const REST_MS = 250;

/** Ours do for less than a millisecond. After a longer rest the system takes a while to give each thread a processor, which is not ours. */
const OWN_REST_MS = 20;

/** How often each length is measured. */
const ROUNDS = new Map([
  [1, 15],
  [8, 21],
  [16, 21],
  [32, 15],
  [64, 11],
  [128, 7],
]);

/** A forward pass with its activation cache and all three units, over the bare session of onnxruntime-web, turn by turn. */
export async function beside(scope: Logitscope, onnx: Remote<Onnx>): Promise<Row[]> {
  const limit = scope.engine.threads > 1 ? 0.62 : 0.6;
  const rows: Row[] = [];
  for (const length of [8, 16, 32, 64, 128]) {
    const [ours, theirs] = await turns(
      length,
      () => answer(scope, length),
      async () => (await timed(() => onnx.run(prompt(length))))[0],
    );
    const asked = ours.map(({ pass, units }) => pass + units);
    const all = ours.map(({ pass, units, predictions }) => pass + units + predictions);
    rows.push(
      row(`${length} tokens`, quantity('×', ratios(asked, theirs)), { at: '≤', limit }, {
        ours: quantity('ms', asked),
        'onnxruntime-web': quantity('ms', theirs),
        'with the likeliest next tokens': quantity('ms', all),
        'the same, over onnxruntime-web': quantity('×', ratios(all, theirs)),
        'pass alone': quantity('ms', ours.map(({ pass }) => pass)),
      }),
    );
  }
  return rows;
}

/** The same on two threads, over one. */
export async function shared(two: Logitscope, one: Logitscope): Promise<Row[]> {
  const rows: Row[] = [];
  for (const length of [8, 16, 32, 64, 128]) {
    const asked = async (scope: Logitscope) => {
      const { pass, units } = await answer(scope, length);
      return pass + units;
    };
    const [both, single] = await turns(length, () => asked(two), () => asked(one), OWN_REST_MS);
    const goal = length < 16 ? undefined : ({ at: '≤', limit: 0.58 } as const);
    rows.push(row(`${length} tokens`, quantity('×', ratios(both, single)), goal, { 'two threads': quantity('ms', both), 'one': quantity('ms', single) }));
  }
  return rows;
}

/** The same model stored as float16, over float32. */
export async function halves(float16: Logitscope, float32: Logitscope): Promise<Row[]> {
  const rows: Row[] = [];
  for (const length of [1, 16, 64]) {
    const [half, single] = await turns(
      length,
      async () => total(await answer(float16, length)),
      async () => total(await answer(float32, length)),
      OWN_REST_MS,
    );
    rows.push(
      row(`${length} tokens`, quantity('×', ratios(half, single)), undefined, {
        float16: quantity('ms', half),
        float32: quantity('ms', single),
      }),
    );
  }
  return rows;
}

const total = ({ pass, units, predictions }: Answered) => pass + units + predictions;

async function answer(scope: Logitscope, length: number): Promise<Answered> {
  const told = await answered(scope, prompt(length));
  told.run.free();
  return told;
}

/** Samples of two sides in turn, so that noise hits both; who begins changes. */
async function turns<A, B>(length: number, a: () => Promise<A>, b: () => Promise<B>, rest = REST_MS): Promise<[A[], B[]]> {
  const samples: [A[], B[]] = [[], []];
  const sides = [async () => void samples[0].push(await a()), async () => void samples[1].push(await b())];
  const warmUp = 2;
  for (let round = -warmUp; round < (ROUNDS.get(length) ?? 7); round++) {
    if (round === 0) samples[0].length = samples[1].length = 0;
    for (const measure of round % 2 ? sides : sides.toReversed()) {
      await new Promise((rested) => setTimeout(rested, rest));
      await measure();
    }
  }
  return samples;
}
