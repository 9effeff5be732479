import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Renders an element again at each change of what it watches. */
export class Watch implements ReactiveController {
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly watched: () => Iterable<EventTarget>,
  ) {
    host.addController(this);
  }
  hostConnected(): void {
    for (const target of this.watched()) target.addEventListener('change', this.#changed);
  }
  hostDisconnected(): void {
    for (const target of this.watched()) target.removeEventListener('change', this.#changed);
  }
  readonly #changed = () => this.host.requestUpdate();
}
