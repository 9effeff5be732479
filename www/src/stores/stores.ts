import { Address } from './address';
import { AnswerStore } from './answer';
import { CancellingStore } from './cancelling';
import { ComparedStore } from './compared';
import { EffectsStore } from './effects';
import { GenerationStore } from './generation';
import { HeadsStore } from './heads';
import { LensStore } from './lens';
import { LessonStore } from './lesson';
import { ModelStore } from './models';
import { PartStore } from './part';
import { PatchedStore } from './patched';
import { PatchingStore } from './patching';
import { PresentStore } from './present';
import { QuestionStore } from './question';
import { ReactionStore } from './reaction';
import { ReadoutStore } from './readout';
import { SetStore } from './set';
import { ThemeStore } from './theme';
import { HoverStore, ViewStore } from './view';

/** The page's state: a store a concern, each knowing those before it. */
export class Stores {
  readonly theme = new ThemeStore();
  readonly models = new ModelStore();
  readonly question = new QuestionStore();
  readonly answer = new AnswerStore(this.models, this.question);
  readonly generation = new GenerationStore(this.models, this.question, this.answer);
  readonly view = new ViewStore(this.answer);
  readonly part = new PartStore(this.answer, this.view);
  readonly readout = new ReadoutStore(this.answer, this.view, this.part);
  readonly lens = new LensStore(this.answer, this.view);
  readonly cancelling = new CancellingStore(this.answer);
  readonly heads = new HeadsStore(this.models, this.answer);
  readonly effects = new EffectsStore(this.answer, this.view);
  readonly reaction = new ReactionStore(this.answer, this.view);
  readonly patching = new PatchingStore(this.models, this.question, this.answer, this.view);
  readonly patched = new PatchedStore(this.patching, this.view);
  readonly compared = new ComparedStore(this.patching, this.view);
  readonly set = new SetStore(this.models, this.question, this.view);
  readonly hover = new HoverStore(this.answer);
  readonly lesson = new LessonStore();
  readonly present = new PresentStore(this.question, this.view);
  readonly address = new Address(this.models, this.question, this.answer, this.view, this.lesson, this.present);
}
