import { Store } from './store';

/** What the reader chose. */
export type Choice = 'auto' | 'light' | 'dark';

export interface Theme {
  choice: Choice;
  /** What is drawn. */
  theme: 'light' | 'dark';
}

const KEY = 'logitscope-theme';

/** The page's theme, which the system's decides unless the reader does. */
export class ThemeStore extends Store<Theme> {
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  /** The system's colours are the only ones. */
  readonly #forced = matchMedia('(forced-colors: active)');
  #printing = false;

  constructor() {
    super({ choice: stored(), theme: 'light' });
    for (const query of [this.#dark, this.#forced]) query.addEventListener('change', () => this.#apply(this.state.choice));
    window.addEventListener('beforeprint', () => this.#print(true));
    window.addEventListener('afterprint', () => this.#print(false));
    this.#apply(this.state.choice);
  }

  choose(choice: Choice): void {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Not remembered, then.
    }
    this.#apply(choice);
  }

  #apply(choice: Choice): void {
    const auto = choice === 'auto' || this.#forced.matches;
    const theme = this.#printing ? 'light' : auto ? (this.#dark.matches ? 'dark' : 'light') : choice;
    document.documentElement.dataset['theme'] = this.#printing ? 'light' : choice;
    this.set({ choice, theme });
  }

  /** Paper is white. */
  #print(printing: boolean): void {
    this.#printing = printing;
    this.#apply(this.state.choice);
  }
}

/** Storage may be refused; then the choice lasts as long as the page. */
function stored(): Choice {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === 'light' || choice === 'dark' ? choice : 'auto';
  } catch {
    return 'auto';
  }
}
