import { BUNDLED, sourceFiles, type Bundled } from './source';

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

let fetched: Promise<Training> | undefined;

/** Reads `training.json`, once. */
export function training(): Promise<Training> {
  fetched ??= read().catch((error) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
}

async function read(): Promise<Training> {
  const response = await fetch(`${sourceFiles(BUNDLED)}training.json`);
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
