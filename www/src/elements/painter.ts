import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A canvas's size on the page in CSS pixels, and the screen's pixels in one of those. */
export interface Size {
  width: number;
  height: number;
  pixelRatio: number;
}

/** What is drawn with the next frame; where that takes long, the rest with those after it, so that the page stays quick to touch. */
const due = new Set<(now: number) => void>();
const FRAME_MS = 8;
let frame: number | undefined;

function paint(now: number): void {
  frame = undefined;
  const start = performance.now();
  for (const draw of due) {
    due.delete(draw);
    draw(now);
    if (performance.now() - start > FRAME_MS) break;
  }
  if (due.size > 0) frame ??= requestAnimationFrame(paint);
}

/**
 * Draws an element's canvas whenever that is due, at most once a frame: after each update, at another size or pixel density,
 * and when the element comes to another place on the page.
 */
export class Painter implements ReactiveController {
  #density?: MediaQueryList;
  #observed?: HTMLCanvasElement;
  /** As it was last observed: to ask the canvas would have the page laid out anew. */
  #size?: Partial<Size>;
  readonly #resized = new ResizeObserver(([entry]) => {
    const { width, height } = entry!.contentRect;
    // What it stands in may be enlarged.
    this.#size = { width, height, pixelRatio: entry!.target.getBoundingClientRect().width / width };
    this.request();
  });

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly draw: (size: Size, now: number) => void,
    /** The least height on paper, which has room for what a window folds. */
    private readonly onPaper = () => 0,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('beforeprint', this.#print);
    window.addEventListener('afterprint', this.#print);
    this.#watchDensity();
    this.#observe();
  }

  hostUpdated(): void {
    this.#observe();
    this.request();
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeprint', this.#print);
    window.removeEventListener('afterprint', this.#print);
    this.#density?.removeEventListener('change', this.#watchDensity);
    this.#resized.disconnect();
    this.#observed = undefined;
    this.#size = undefined;
    due.delete(this.#paint);
  }

  /** Has the canvas drawn with the next frame. */
  request(): void {
    due.add(this.#paint);
    frame ??= requestAnimationFrame(paint);
  }

  readonly #paint = (now: number) => {
    const { width = 0, height = 0, pixelRatio = 1 } = this.#size ?? {};
    if (width > 0 && height > 0) this.draw({ width, height, pixelRatio: devicePixelRatio * pixelRatio }, now);
  };

  /** Paper gets what the elements have become by then, without a frame in between. */
  readonly #print = ({ type }: Event) => {
    void this.host.updateComplete.then(() => {
      const { clientWidth: width = 0, clientHeight: height = 0 } = this.#observed ?? {};
      this.#size = { ...this.#size, width, height: type === 'beforeprint' ? Math.max(height, this.onPaper()) : height };
      this.#paint(performance.now());
    });
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
