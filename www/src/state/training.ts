import { presets } from './presets';
import { isPreset, type Question } from './question';
import { BUNDLED, folderUrl, type Bundled } from './source';

/** The model after so many steps of its training. */
interface Test {
  step: number;
  /** Of each task, the share of held-out prompts that it answers. */
  accuracy: readonly number[];
  /** Its file of weights, if that was kept. */
  weights?: string;
}

/** A test whose weights can be opened. */
export type Checkpoint = Test & { weights: string };

/** How the bundled model came to be: what its training measured, and the checkpoints that it left. */
export interface Training {
  /** What it learns, by name. */
  tasks: readonly string[];
  /** In the order of steps. */
  tests: readonly Test[];
  checkpoints: readonly Checkpoint[];
}

/** Reads `training.json`. */
export async function fetchTraining(): Promise<Training> {
  const response = await fetch(`${folderUrl(BUNDLED)}training.json`);
  if (!response.ok) throw new Error(`training.json: the server answered ${response.status}`);
  const { tasks, tests } = (await response.json()) as Omit<Training, 'checkpoints'>;
  return { tasks, tests, checkpoints: tests.filter((test): test is Checkpoint => test.weights !== undefined) };
}

/** What to open for a checkpoint. The last is the bundled model itself. */
export function checkpointSource({ step, weights }: Checkpoint): Bundled {
  return weights === 'model.safetensors' ? BUNDLED : { kind: 'bundled', step };
}

/** Which checkpoint a source is, by its index; -1 if it is none. */
export function checkpointIndex({ checkpoints }: Training, { step }: Bundled): number {
  return checkpoints.findIndex((at) => (step === undefined ? at.weights === 'model.safetensors' : at.step === step));
}

/** What a task counts that has no one right answer. */
const COUNTED: Record<string, string> = { 'greater-than': 'of two-digit probability on later years' };

/** What is counted, at every test: the task of the example that is asked, else the mean of all that count answers. */
export function counted({ tasks, tests }: Training, question: Question): { name: string; of: string; values: number[] } {
  const name = presets.find((preset) => isPreset(preset, question))?.task;
  const task = name === undefined ? -1 : tasks.indexOf(name);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const answers = (accuracy: readonly number[]) => accuracy.filter((_, i) => !COUNTED[tasks[i] ?? '']);
  const values = tests.map(({ accuracy }) => (task < 0 ? mean(answers(accuracy)) : (accuracy[task] ?? 0)));
  const right = 'of held-out answers right';
  return task < 0 || !name ? { name: 'all tasks', of: right, values } : { name, of: COUNTED[name] ?? right, values };
}

/** What was counted over the steps: x and y of points, on a scale from 0 to 1 that is even from checkpoint to checkpoint. */
export function grown({ tests, checkpoints }: Training, values: readonly number[]): Float64Array {
  const last = checkpoints.length - 1;
  const points = tests.flatMap(({ step }, i) => {
    const after = checkpoints.findIndex((checkpoint) => checkpoint.step >= step);
    const [from, to] = [checkpoints[after - 1], checkpoints[after]];
    if (!to || (!from && to.step !== step)) return [];
    const place = from ? after - (to.step - step) / (to.step - from.step) : 0;
    return [place / last, values[i] ?? 0];
  });
  return Float64Array.from(points);
}
