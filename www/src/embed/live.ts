import { Chart, type Attribution, type Logitscope, type Progress, type Run, type Unit } from '../api/logitscope';
import type { Asked } from '../state/asked';
import { promptText } from '../words/format';
import { asked as question, subjectOf } from '../words/trail';
import { attributionExhibit } from './attribution';
import type { AttributionExhibit, Explained } from './exhibit';
import { texts } from './json';
import { hold } from './shared-model';

/** What a model is asked. */
export interface LiveQuestion {
  model: string;
  prompt: string;
  answer: string;
  incorrect: readonly string[];
  unit: Unit;
  position: number;
}

/** Asks a model, which is loaded for it if no other element has, and held until the exhibit is freed. */
export async function ask(asking: LiveQuestion, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<{ exhibit: AttributionExhibit; answer: Attribution }> {
  const held = hold(asking.model, onProgress);
  signal.addEventListener('abort', held.release);
  try {
    const scope = await held.scope;
    signal.throwIfAborted();
    const run = await scope.run(asking.prompt, { signal });
    try {
      const { exhibit, answer } = await attributed(scope, run, asking, held.name, signal);
      const { free } = exhibit;
      const freed = () => {
        free();
        run.free();
        held.release();
      };
      return { exhibit: { ...exhibit, free: freed }, answer };
    } catch (error) {
      run.free();
      throw error;
    }
  } catch (error) {
    held.release();
    throw error;
  } finally {
    signal.removeEventListener('abort', held.release);
  }
}

async function attributed(scope: Logitscope, run: Run, asking: LiveQuestion, model: string, signal: AbortSignal) {
  const { unit, position: at } = asking;
  const [likeliest] = asking.answer === '' ? await run.predictions(at, 1) : [];
  const answer = likeliest ?? (await scope.token(asking.answer, { signal }));
  const [incorrect, ...more] = await Promise.all(asking.incorrect.map((text) => scope.token(text, { signal })));
  const ids = [incorrect, ...more].flatMap((token) => token?.id ?? []);
  const words = { answer: answer.id, ...(ids.length && { incorrect: ids }), position: at };
  const attribution = await run.attribute({ ...words, unit });
  signal.throwIfAborted();
  const [position = at] = attribution.positions;
  const { n_layer: layers, n_head: heads } = scope.config;
  const asked: Asked = { layers, heads, tokens: run.tokens, bos: begins(scope, run), position, trail: [], at: position, answer, incorrect, more, byProbability: false };
  const subject = { ...subjectOf(asked), tokens: texts(run.tokens) };
  const takeApart = async (label: string): Promise<Explained | undefined> => {
    const unit = /^L\d+H\d+$/.test(label) ? 'source' : /^\d+_mlp_out$/.test(label) ? 'neuron' : undefined;
    if (!unit) return undefined;
    const numbers = await run.attribute({ ...words, unit, of: label });
    return { numbers, chart: Chart.about(numbers, subject) };
  };
  const of = { asked, prompt: promptText(asked), heading: question(asked), model, takeApart };
  return { exhibit: attributionExhibit(of, [subject], [attribution]), answer: attribution };
}

/** What was put before the prompt. */
function begins({ bos }: Logitscope, { tokens: [first] }: Run) {
  return bos && first?.id === bos.id ? bos : undefined;
}
