export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'logitscope-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Storage may be refused; then the choice lasts as long as the page. */
function stored(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

/** The page's theme. Tells of changes, its own and the system's, by a `change` event. */
class ThemeChoice extends EventTarget {
  #choice = stored();

  constructor() {
    super();
    dark.addEventListener('change', () => this.dispatchEvent(new Event('change')));
    this.#apply();
  }

  get choice(): Theme {
    return this.#choice;
  }

  set choice(choice: Theme) {
    this.#choice = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Not remembered, then.
    }
    this.#apply();
  }

  /** What is drawn. */
  get theme(): 'light' | 'dark' {
    return this.#choice === 'auto' ? (dark.matches ? 'dark' : 'light') : this.#choice;
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.#choice;
    this.dispatchEvent(new Event('change'));
  }
}

export const theme = new ThemeChoice();
