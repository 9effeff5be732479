/** How far a load is, over all of the model's files. */
export interface Progress {
  /** The file being read. */
  file: string;
  /** Bytes read so far. */
  loaded: number;
  /** Bytes in all, as far as is known yet. */
  total: number | undefined;
  /** Whether they come from the browser's storage, without the network. */
  fromCache: boolean;
  /** Whether nothing is read yet, because another tab is downloading the same model: what that keeps is then read. */
  waiting?: true;
}

/** Milliseconds between two reports. */
const interval = 100;

/** Counts a load's bytes, and reports them now and then. */
export class Tally {
  /** The bytes of the weights, as far as they are known. */
  weights: number | undefined;
  #file = 'config.json';
  #loaded = 0;
  #others = 0;
  #reported = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fromCache: boolean,
    private readonly send: (progress: Progress) => void,
  ) {}

  add(file: string, bytes: number, weights: boolean): void {
    this.#file = file;
    this.#loaded += bytes;
    if (!weights) this.#others += bytes;
    const wait = this.#reported + interval - performance.now();
    if (wait <= 0) this.report();
    // What came last is told too if nothing follows: a stalled download shows how far it is.
    else this.#later ??= setTimeout(() => this.report(), wait);
  }

  report(): void {
    this.stop();
    this.#reported = performance.now();
    // What a server announces of a compressed transfer is less than what comes out of it.
    const total = this.weights === undefined ? undefined : Math.max(this.weights + this.#others, this.#loaded);
    this.send({ file: this.#file, loaded: this.#loaded, total, fromCache: this.fromCache });
  }

  /** Reports nothing more. */
  stop(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
  }
}
