import { css } from 'lit';
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Of a span that shows which scheme is used, and tells of a change by a transition: there is no other sign of one that a page makes. */
export const schemeProbe = css`
  .scheme {
    position: absolute;
    width: 0;
    height: 0;
    overflow: hidden;
    color: CanvasText;
    color: light-dark(black, white);
    transition: color 1ms;
  }
`;

/** Light or dark, as the `color-scheme` where an element stands says it; it is drawn again when that changes. */
export class Scheme implements ReactiveController {
  theme: 'light' | 'dark' = 'light';
  #printing = false;
  #probe?: Element;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('beforeprint', this.#print);
    window.addEventListener('afterprint', this.#print);
    this.#read();
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeprint', this.#print);
    window.removeEventListener('afterprint', this.#print);
  }

  hostUpdated(): void {
    if (this.#probe) return;
    this.#probe = this.host.shadowRoot?.querySelector('.scheme') ?? undefined;
    this.#probe?.addEventListener('transitionend', this.#read);
    this.#read();
  }

  /** Paper is white. */
  readonly #print = ({ type }: Event) => {
    this.#printing = type === 'beforeprint';
    this.#read();
  };

  readonly #read = () => {
    const [red = 0] = this.#probe ? (getComputedStyle(this.#probe).color.match(/[\d.]+/g)?.map(Number) ?? []) : [];
    const theme = red > 127 && !this.#printing ? 'dark' : 'light';
    if (theme === this.theme) return;
    this.theme = theme;
    this.host.requestUpdate();
  };
}
