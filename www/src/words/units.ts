import type { Unit } from '../api/logitscope';
import type { Shown } from '../state/picture';

/** What the units of a chart are called, and what they show. */

export const UNIT_NAMES: Record<Shown, string> = { layer: 'Running sum', component: 'Components', head: 'Heads' };

export const UNIT_NOTES: Record<Unit, string> = {
  layer: 'What has been added up so far, at the final scale.',
  component: 'What the embeddings, attention and MLPs each added.',
  head: 'What each head added; all else is the remainder (rest).',
  source: 'What the head took from each token.',
  neuron: 'What each neuron of the MLP wrote.',
};
