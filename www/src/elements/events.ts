import type { GenerateOptions, Token } from '../api/logitscope';
import type { Place } from '../state/lesson';
import type { LensPlace, Shade } from '../state/lens';
import type { Pointed, Shown } from '../state/picture';
import type { Preset } from '../state/presets';
import type { Field, Question } from '../state/question';
import type { Source } from '../state/source';
import type { Checkpoint } from '../state/training';
import type { Cell, Tab, WhatIf } from '../state/what-if';

/** What elements tell whoever uses them: the events' names and details. They bubble, through shadow roots too. */
export interface Told {
  /** The question changes, at once or once the reader pauses. */
  'question-ask': Partial<Question>;
  'question-type': Partial<Question>;
  /** Where there is little room, the question is put on one line, or is not. */
  'question-fold': boolean;
  /** One more token is to be compared with. */
  'contrast-add': undefined;
  'prompt-type': string;
  'bos-switch': boolean;
  'preset-choose': Preset;
  /** By index. */
  'token-choose': number;
  'prediction-choose': { field: Field; prediction: Token };
  'generate-start': GenerateOptions;
  'generate-stop': undefined;
  'generate-clear': undefined;
  'part-hover': Pointed | null;
  /** By label. */
  'part-select': string | null;
  /** By a step of the trail, one more or instead of the last; or out, to so many steps. */
  'go-in': string;
  'go-over': string;
  'go-out': number;
  'unit-choose': Shown;
  'tab-choose': Tab;
  /** What is put in a part's place changes. */
  'what-if-choose': Partial<WhatIf>;
  /** The second sentence. */
  'corrupted-type': string;
  /** What the lens's cells are shaded by; one of them, by state and position; a token of it becomes the answer. */
  'shade-choose': Shade;
  'state-select': LensPlace | null;
  'said-choose': { position: number; prediction: Token };
  /** A patched activation, by layer and row. */
  'cell-select': Cell | null;
  'cell-go-in': Cell;
  /** A set of prompts: a preset's by its name, or as text; and one of them, by index. */
  'set-choose': string;
  'set-give': { text: string | File; name: string };
  'set-dots': boolean;
  'set-effects': undefined;
  'prompt-open': number;
  /** Work that takes its time is stopped, or begun again. */
  'work-stop': undefined;
  'work-again': undefined;
  'model-open': Source;
  'files-open': readonly File[];
  'checkpoint-choose': Checkpoint;
  'loading-cancel': undefined;
  'failure-dismiss': undefined;
  /** The model that a link asks for is not wanted. */
  'offer-refuse': undefined;
  /** The list of kept models is opened. */
  'kept-list': undefined;
  /** By URL. */
  'kept-delete': string;
  /** A lesson of the course, by name; one in a file; another place in it; or none. */
  'lesson-begin': string;
  'lesson-open': File;
  'lesson-go': Place;
  'lesson-leave': undefined;
  /** The first minute is wanted again; which piece of the page it points at. */
  'minute-begin': undefined;
  'minute-point': 'question' | 'charts' | 'parts' | null;
  'theme-choose': 'auto' | 'light' | 'dark';
  /** The address bar's link is about to be copied. */
  'link-copy': undefined;
}

/** What a listener gets. */
export type Telling<Name extends keyof Told> = CustomEvent<Told[Name]>;

export function tell<Name extends keyof Told>(
  element: EventTarget,
  name: Name,
  ...[detail]: Told[Name] extends undefined ? [] : [Told[Name]]
): void {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
