import type { Chart, Charted, Effects, LensTable, PatchGrid, Patching, Token } from '../api/charts';
import type { Lens } from '../api/logitscope';
import type { Asked } from '../state/asked';
import type { Removable } from '../state/effects';
import type { Site } from '../state/what-if';

/** What is shown: read from JSON, or answered by a model. Its charts are in the memory of the module that draws them, until it is freed. */
export type Exhibit = AttributionExhibit | EffectsExhibit | LensExhibit | PatchingExhibit;

interface Common {
  /** The text that is asked about; none of a set of prompts. */
  prompt: string;
  /** What is asked, or what was found, as a title. */
  heading: string;
  /** What is to be known besides that. */
  note?: string;
  model?: string;
  /** Whether the numbers add up, and in words to what; none where there is nothing that should. */
  identity?: { exact: boolean; line: string };
  free(): void;
}

/** One explanation with its chart. */
export interface Explained {
  numbers: Charted;
  chart: Chart;
}

/** Parts that add up: of one answer, or of two with their difference, or the means over a set of prompts. */
export interface AttributionExhibit extends Common {
  kind: 'attribution';
  asked: Asked;
  explained: readonly Explained[];
  /** What a part is taken apart into, as far as it is known: `numbers.of` is the part. */
  parts: readonly Explained[];
  effects?: Effects;
  /** Takes one more part apart, where a model can be asked; none for a part that has no parts. */
  takeApart?(label: string): Promise<Explained | undefined>;
}

export interface LensExhibit extends Common {
  kind: 'lens';
  asked: Asked;
  lens: Lens;
  table: LensTable;
}

export interface EffectsExhibit extends Common {
  kind: 'effects';
  asked: Asked;
  effects: Readonly<Partial<Record<Removable, Effects>>>;
}

export interface PatchingExhibit extends Common {
  kind: 'patching';
  asked: Asked;
  /** The second sentence's. */
  tokens: readonly Token[];
  site: Site;
  patching: Patching;
  grid: PatchGrid;
}
