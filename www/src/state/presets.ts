import presetsJson from '../presets.json';

/** A question worth asking of the bundled model, one click away. `tests/bundled.rs` computes what its note says. */
export interface Preset {
  name: string;
  prompt: string;
  /** The token to explain, its leading space included. */
  answer: string;
  /** The token to compare it with. */
  incorrect?: string;
  /** Which of its tasks the model learned it as, by the name in training.json. */
  task: string;
  /** What to look for in the charts. */
  note: string;
}

export const presets: Preset[] = presetsJson;
