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

  constructor() {
    super({ choice: stored(), theme: 'light' });
    this.#dark.addEventListener('change', () => this.#apply(this.state.choice));
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
    document.documentElement.dataset['theme'] = choice;
    this.set({ choice, theme: choice === 'auto' ? (this.#dark.matches ? 'dark' : 'light') : choice });
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
