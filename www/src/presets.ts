/** A question worth asking, one click away. */
export interface Preset {
  name: string;
  prompt: string;
  /** The token to explain, its leading space included. */
  answer: string;
  /** The token to compare it with. */
  incorrect?: string;
  /** What to look for in the charts. */
  note: string;
}

export const presets: Preset[] = [
  {
    name: 'Who gets the drink?',
    prompt: 'When Mary and John went to the store, John gave a drink to',
    answer: ' Mary',
    incorrect: ' John',
    note: 'Both names came before. Look for the few heads that push for the one who was named only once.',
  },
  {
    name: 'The capital of France',
    prompt: 'The capital of France is',
    answer: ' Paris',
    incorrect: ' London',
    note: 'A fact rather than a copy: compare what the MLPs add with what the heads add.',
  },
];
