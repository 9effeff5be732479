import type { Remote } from 'comlink';
import type { Logitscope } from '/dist/logitscope.js';
import type { Onnx } from '../workers/onnx.js';
import { prompt } from './prompts.js';

const TOLERANCE = 1e-3;

/** Stops the benchmark unless both sides compute the same logits, up to what they have in common. */
export async function mustAgree(scope: Logitscope, onnx: Remote<Onnx>): Promise<void> {
  for (const length of [1, 16, 128]) {
    const ids = prompt(length);
    const run = await scope.run(ids);
    const ours = await run.predictions(-1, scope.config.vocab_size);
    run.free();
    await onnx.run(ids);
    const theirs = await onnx.logits();
    const mean = theirs.reduce((sum, logit) => sum + logit, 0) / theirs.length;
    const differences = ours.map(({ id, logit }) => Math.abs(logit - ((theirs[id] ?? NaN) - mean)));
    const worst = differences.reduce((a, b) => Math.max(a, b));
    const spread = (ours[0]?.logit ?? NaN) - (ours.at(-1)?.logit ?? NaN);
    if (ours.length !== theirs.length || !(worst <= TOLERANCE * spread)) {
      throw new Error(
        `for ${length} tokens the logits of the two sides differ by ${worst}, with a spread of ${spread}: ` +
          'they do not compute the same, so there is nothing to compare',
      );
    }
    console.log(`both sides agree on ${ours.length} logits after ${length} tokens, to ${(worst / spread).toExponential(1)} of their spread`);
  }
}
