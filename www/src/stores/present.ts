import { isPresented, slideAt, slidesOf, type Slide } from '../state/slides';
import type { QuestionStore } from './question';
import { Commit, Store } from './store';
import type { ViewStore } from './view';

interface Presented {
  on: boolean;
  /** Whether the view's own chart is shown, whatever unit a selected part is of. */
  own: boolean;
}

/** Whether the page is shown to many: large, a chart at a time. A link says so beside what it shows. */
export class PresentStore extends Store<Presented> {
  constructor(
    private readonly question: QuestionStore,
    private readonly view: ViewStore,
  ) {
    super({ on: false, own: false });
  }

  get slides(): readonly Slide[] {
    return slidesOf(this.view.state, this.question.state.trail.length > 0);
  }

  /** The one that is shown. */
  get slide(): Slide | undefined {
    return slideAt(this.slides, this.view.state, this.state.own);
  }

  /** The slide so many after the one that is shown. */
  beside(by: 1 | -1): Slide | undefined {
    const { tab, alone } = this.slide ?? {};
    const at = this.slides.findIndex((slide) => slide.tab === tab && slide.alone === alone);
    return this.slides[at + by];
  }

  show({ tab, alone }: Slide): void {
    this.view.turn(tab, alone !== 'own' ? alone : tab === 'what-if' ? 'layer' : undefined);
    this.set({ own: alone === 'own' });
  }

  switch(on: boolean): void {
    if (on === this.state.on) return;
    this.dispatchEvent(new Commit(false));
    this.set({ on, own: false });
  }

  /** Does as a link says. */
  follow(hash: string): void {
    this.set({ on: isPresented(hash), own: false });
  }

  /** A link, to be shown as the page is now. */
  link(link: string): string {
    return this.state.on && !isPresented(link) ? `${link}&present=1` : link;
  }
}
