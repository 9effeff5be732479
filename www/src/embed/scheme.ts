import { css } from 'lit';
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Of a span that shows which scheme is used, and tells of a change by a transition: there is no other sign of one that a page makes. */
export const schemeProbe = css`
  .scheme {
    position: absolute;
    width: 0;
    height: 0;
    overflow: hidden;
    color: light-dark(rgb(0 0 0), rgb(255 255 255));
    transition: color 1ms;
  }
`;

/** Light or dark, as the `color-scheme` where an element stands says it; it is drawn again when that changes. */
export class Scheme implements ReactiveController {
  theme: 'light' | 'dark' = 'light';
  readonly #forced = matchMedia('(forced-colors: active)');
  #printing = false;
  #probe?: Element;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('beforeprint', this.#print);
    window.addEventListener('afterprint', this.#print);
    this.#forced.addEventListener('change', this.#read);
    this.#read();
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeprint', this.#print);
    window.removeEventListener('afterprint', this.#print);
    this.#forced.removeEventListener('change', this.#read);
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
    const dark = this.#probe !== undefined && getComputedStyle(this.#probe).color === 'rgb(255, 255, 255)';
    const theme = dark && !this.#printing ? 'dark' : 'light';
    if (theme === this.theme) return;
    this.theme = theme;
    this.host.requestUpdate();
  };
}
