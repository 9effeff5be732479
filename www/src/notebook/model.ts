import { computeWith, initPackedCharts } from '../api/packed';
import type { Attribution } from '../api/logitscope';
import { ask } from '../embed/live';
import { LogitAttribution } from '../embed/logit-attribution';
import { offer } from '../embed/shared-model';
import { Kernel, type Listed } from './kernel';
import { place, type Rendering } from './widget';

interface State {
  source: string;
  name: string;
  /** Of a model that lies where Python runs. */
  files: readonly Listed[];
  prompt: string;
  answer: string;
  incorrect: readonly string[];
  unit: Attribution['unit'];
  position: number;
  selected: string | null;
  /** What was answered, and why not. */
  attribution: object | null;
  error: string | null;
}

const QUESTION = ['prompt', 'answer', 'incorrect', 'unit', 'position'] as const;

const own = { ask, offer, computeWith };

// Each cell brings a copy of this: the first one's element is all's, and the first one's models.
const first = customElements.get('logit-attribution') as typeof LogitAttribution;
first.live ??= async () => own;
initPackedCharts().catch(() => {});

/** The widget that `logitscope.Model.attribute` makes. */
export default {
  async render(rendering: Rendering<State>): Promise<() => void> {
    const { model } = rendering;
    const kernel = new Kernel(model);
    const { offer, computeWith } = (await first.live?.()) as typeof own;
    computeWith(() => kernel.read('model.wasm.gz'));
    const [source, files] = [model.get('source'), model.get('files')];
    if (files.length) offer(source, model.get('name'), (onProgress, signal) => kernel.files(files, onProgress, signal));
    const tell = (attribution: object | null, error: string | null) => {
      model.set('attribution', attribution);
      model.set('error', error);
      model.save_changes();
    };
    const { element, end } = place(rendering, QUESTION, (element) => {
      Object.assign(element, { model: source, ...Object.fromEntries(QUESTION.map((name) => [name, model.get(name)])) });
    });
    element.addEventListener('answer', ({ detail }) => tell(plain(detail), null));
    element.addEventListener('error', ({ detail }) => tell(null, detail.message));
    return end;
  },
};

/** As JSON has it. */
function plain(attribution: object): object {
  return JSON.parse(JSON.stringify(attribution, (_, value: unknown) => (value instanceof Float64Array ? [...value] : value))) as object;
}
