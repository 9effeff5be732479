import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A canvas's size on the page in CSS pixels, and the screen's pixels in one of those. */
export interface Size {
  width: number;
  height: number;
  pixelRatio: number;
}

let turns = Promise.resolve();

/** Resolves after all turns before, in a task of its own. */
function turn(): Promise<void> {
  turns = turns.then(() => new Promise((resolve) => setTimeout(resolve)));
  return turns;
}

/**
 * Draws an element's canvas whenever that is due, at most once a frame: after each update, at another size or pixel density,
 * and when the element comes to another place on the page.
 */
export class Painter implements ReactiveController {
  #request?: number;
  #density?: MediaQueryList;
  #observed?: HTMLCanvasElement;
  #drawn = false;
  readonly #resized = new ResizeObserver(() => this.request());

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly draw: (size: Size, now: number) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('beforeprint', this.#print);
    this.#watchDensity();
    this.#observe();
  }

  hostUpdated(): void {
    this.#observe();
    this.request();
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeprint', this.#print);
    this.#density?.removeEventListener('change', this.#watchDensity);
    this.#resized.disconnect();
    this.#observed = undefined;
    if (this.#request !== undefined) cancelAnimationFrame(this.#request);
    this.#request = undefined;
  }

  /** Has the canvas drawn with the next frame; for the first time, which takes long, not together with others. */
  request(): void {
    this.#request ??= requestAnimationFrame((now) => {
      this.#request = undefined;
      if (this.#drawn) this.#paint(now);
      else void turn().then(() => this.#paint(performance.now()));
      this.#drawn = true;
    });
  }

  #paint(now: number): void {
    const { clientWidth: width = 0, clientHeight: height = 0 } = this.#observed ?? {};
    if (width > 0 && height > 0) this.draw({ width, height, pixelRatio: devicePixelRatio }, now);
  }

  /** Paper gets what the elements have become by then, without a frame in between. */
  readonly #print = () => {
    void this.host.updateComplete.then(() => this.#paint(performance.now()));
  };

  /** Begins to observe a canvas, which tells its size at once. */
  #observe(): void {
    const canvas = this.host.shadowRoot?.querySelector('canvas') ?? undefined;
    if (canvas === this.#observed) return;
    this.#resized.disconnect();
    this.#observed = canvas;
    if (canvas) this.#resized.observe(canvas);
  }

  /** The window may move to a screen of another pixel density. */
  readonly #watchDensity = () => {
    this.#density?.removeEventListener('change', this.#watchDensity);
    this.#density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.#density.addEventListener('change', this.#watchDensity);
    this.request();
  };
}
