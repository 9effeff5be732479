import { WHEN, type LensPlace, type Shade } from '../state/lens';
import { UNITS, type Picture, type Pointed, type Shown, type View } from '../state/picture';
import { WHAT_IF, type Cell, type Tab, type WhatIf } from '../state/what-if';
import type { AnswerStore } from './answer';
import { Commit, Store } from './store';

/** Frames can say so before the `#` too. */
const EMBEDDED = new URLSearchParams(location.search).get('embed') === '1';

/** Which unit and which part of the answer are looked at. */
export class ViewStore extends Store<View> {
  #picture?: Picture;

  constructor(private readonly answer: AnswerStore) {
    super({ unit: 'head', selected: null, embed: EMBEDDED, tab: 'who', when: WHEN, whatIf: WHAT_IF, set: null });
    answer.addEventListener('change', () => this.#follow());
  }

  /** Selects a part of any unit, whose table is then shown. */
  select(label: string | null): void {
    const { picture } = this.answer.state;
    const unit = UNITS.find((unit) => label !== null && picture?.charts[unit].item(label));
    this.set({ selected: label, unit: unit ?? this.state.unit });
  }

  showUnit(unit: Shown): void {
    this.dispatchEvent(new Commit(false));
    this.set({ unit });
  }

  showTab(tab: Tab): void {
    if (tab === this.state.tab) return;
    this.dispatchEvent(new Commit(false));
    this.set({ tab });
  }

  /** Shows a view, and of that a unit, in one go. */
  turn(tab: Tab, unit = this.state.unit): void {
    this.dispatchEvent(new Commit(false));
    this.set({ tab, unit });
  }

  /** Another thing is put in a part's place; a second sentence may be being typed. */
  suppose(change: Partial<WhatIf>, typing = false): void {
    this.dispatchEvent(new Commit(typing));
    // What was selected of two sentences was so of one site.
    const left = change.site === undefined && change.corrupted === undefined ? {} : { cell: null, inside: false };
    this.set({ whatIf: { ...this.state.whatIf, ...left, ...change } });
  }

  /** Asks a preset's prompts, or those that the reader gave. */
  showSet(set: string | null): void {
    this.dispatchEvent(new Commit(false));
    this.set({ set, tab: 'always' });
  }

  /** Selects an activation that is put into the second sentence. */
  selectCell(cell: Cell | null): void {
    this.set({ whatIf: { ...this.state.whatIf, cell } });
  }

  /** The lens is shaded by something else. */
  shadeBy(shade: Shade): void {
    this.dispatchEvent(new Commit(false));
    this.set({ when: { ...this.state.when, shade } });
  }

  /** Selects what the model would say at a state. */
  selectState(at: LensPlace | null): void {
    this.set({ when: { ...this.state.when, at } });
  }

  restore(view: View): void {
    this.set({ ...view, embed: view.embed || EMBEDDED });
  }

  /** What is selected stays as long as there is such a part. */
  #follow(): void {
    const { picture } = this.answer.state;
    if (picture === this.#picture) return;
    this.#picture = picture;
    const { selected } = this.state;
    if (selected !== null && picture && !UNITS.some((unit) => picture.charts[unit].item(selected))) this.set({ selected: null });
  }
}

/** What is under the pointer, in a chart or the table. Apart from all else, since it changes with every move. */
export class HoverStore extends Store<{ hovered: Pointed | null }> {
  #picture?: Picture;

  constructor(answer: AnswerStore) {
    super({ hovered: null });
    answer.addEventListener('change', () => {
      if (answer.state.picture === this.#picture) return;
      this.#picture = answer.state.picture;
      this.hover(null);
    });
  }

  hover(hovered: Pointed | null): void {
    const { hovered: before } = this.state;
    if (before?.label !== hovered?.label || before?.layer !== hovered?.layer) this.set({ hovered });
  }
}
