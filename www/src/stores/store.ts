/**
 * One concern of the page: its state, and what can happen to it. Each change replaces `state` as a whole, and is told of by
 * a `change` event. A store knows the stores that it is constructed with, and no element.
 */
export abstract class Store<State extends object> extends EventTarget {
  constructor(private current: Readonly<State>) {
    super();
  }

  get state(): Readonly<State> {
    return this.current;
  }

  protected set(change: Partial<State>): void {
    this.current = { ...this.current, ...change };
    this.dispatchEvent(new Event('change'));
  }
}

/** The reader is about to change something, which Back undoes; what is typed in one go is undone in one. */
export class Commit extends Event {
  constructor(readonly typing: boolean) {
    super('commit');
  }
}
