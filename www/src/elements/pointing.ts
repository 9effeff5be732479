import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ChartKey } from '../api/logitscope';

/** Keys that walk what is drawn. */
const STEPS: readonly ChartKey[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];

/** What an element makes of a canvas that is pointed at and walked through. */
interface Pointable<Place> {
  /** What is drawn at a point, in CSS pixels from the canvas's corner. */
  hit(x: number, y: number): Place | undefined;
  /** The pointer moved: to something, or to nothing. */
  point(place?: Place): void;
  click?(place?: Place): void;
  step(key: ChartKey): void;
  /** Any other key; says whether it means something here. */
  press(key: string): boolean;
}

/** Tells an element what happens to its canvas, and to whatever it stands in, which has the focus. */
export class Pointing<Place> implements ReactiveController {
  #canvas?: HTMLCanvasElement;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly of: Pointable<Place>,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const canvas = this.host.shadowRoot?.querySelector('canvas') ?? undefined;
    if (canvas === this.#canvas) return;
    this.#canvas = canvas;
    const surface = canvas?.parentElement;
    surface?.addEventListener('pointermove', this.#point);
    surface?.addEventListener('pointerdown', this.#point);
    surface?.addEventListener('pointerleave', this.#leave);
    surface?.addEventListener('pointercancel', this.#leave);
    surface?.addEventListener('click', (event) => this.of.click?.(this.#hit(event)));
    surface?.addEventListener('keydown', this.#key);
  }

  /** Where the canvas's own pixels are, however large it is shown. */
  #hit({ offsetX, offsetY }: MouseEvent): Place | undefined {
    return this.of.hit(offsetX, offsetY);
  }

  readonly #point = (event: PointerEvent) => this.of.point(this.#hit(event));

  /** A finger that is lifted leaves what it touched pointed at; one that scrolls does not. */
  readonly #leave = (event: PointerEvent) => {
    if (event.pointerType !== 'touch' || event.type === 'pointercancel') this.of.point();
  };

  readonly #key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = STEPS.find((step) => step === event.key);
    if (key) this.of.step(key);
    else if (!this.of.press(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
