import presetsJson from '../presets.json';
import type { Question } from './question';

/** A question worth asking of the bundled model, one click away. `tests/bundled.rs` computes what its note says. */
export interface Preset {
  name: string;
  prompt: string;
  /** The token to explain, its leading space included. */
  answer: string;
  /** The token to compare it with. */
  incorrect?: string;
  /** A sentence of as many tokens that calls for another answer, to put what this one has into. */
  corrupted: string;
  /** The file, relative to the page, of up to a hundred prompts with other names, answers and roles. */
  set: string;
  /** How many those are. */
  prompts: number;
  /** Which of its tasks the model learned it as, by the name in training.json. */
  task: string;
  /** What to look for in the charts. */
  note: string;
}

export const presets: Preset[] = presetsJson;

/** A second sentence to a prompt: its preset's, or the prompt itself to begin with. */
export function corruptedOf(prompt: string): string {
  return presets.find((preset) => preset.prompt === prompt)?.corrupted ?? prompt;
}

/** What its set of prompts is called in links. */
export function setName({ set }: Preset): string {
  return set.replace(/^.*\/|\.csv$/g, '');
}

export function presetOfSet(name: string): Preset | undefined {
  return presets.find((preset) => setName(preset) === name);
}

/** What a preset asks. */
export function presetQuestion({ prompt, answer, incorrect = '' }: Preset): Question {
  return { prompt, answer, incorrect, more: [], byProbability: false, prependBos: true, generated: [], position: null, trail: [] };
}
