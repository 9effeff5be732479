/**
 * Runs one job at a time, and after it only the newest of those asked for meanwhile: a slow worker never has a queue of
 * answers that nobody wants any more.
 */
export class Latest {
  #wanted = 0;
  #busy = false;

  constructor(private readonly job: (superseded: () => boolean) => Promise<void>) {}

  /** Asks for a run, which makes the one under way stale. */
  async request(): Promise<void> {
    this.#wanted += 1;
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let mine = 0; mine !== this.#wanted; ) {
        mine = this.#wanted;
        await this.job(() => mine !== this.#wanted);
      }
    } finally {
      this.#busy = false;
    }
  }
}
