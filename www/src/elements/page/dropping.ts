import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Files that are dragged over the window, and dropped. */
export class Dropping implements ReactiveController {
  /** Whether some are held over it. */
  above = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly drop: (transfer: DataTransfer) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('dragover', this.#over);
    window.addEventListener('dragleave', this.#leave);
    window.addEventListener('drop', this.#drop);
  }

  hostDisconnected(): void {
    window.removeEventListener('dragover', this.#over);
    window.removeEventListener('dragleave', this.#leave);
    window.removeEventListener('drop', this.#drop);
  }

  #set(above: boolean): void {
    if (above === this.above) return;
    this.above = above;
    this.host.requestUpdate();
  }

  readonly #over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#set(true);
  };

  readonly #leave = (event: DragEvent) => {
    if (event.relatedTarget === null) this.#set(false);
  };

  readonly #drop = (event: DragEvent) => {
    this.#set(false);
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.drop(event.dataTransfer);
  };
}
