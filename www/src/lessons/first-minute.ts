import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { COURSE } from '../state/lesson';
import { tell } from '../elements/events';
import { base } from '../elements/styles';

const KEY = 'logitscope-first-minute';

const STEPS = [
  { at: 'question', title: 'What is asked', text: 'The model reads the sentence and says what comes next. The question is why this word, rather than that one.' },
  { at: 'charts', title: 'What adds up', text: 'Each bar and cell is what one part of the model wrote for the one word or for the other. Together they are the difference, exactly.' },
  { at: 'parts', title: 'What to click', text: 'Any bar, and any cell: the tokens show where a head looked, and the panel what it wrote. Or type a sentence of your own.' },
] as const;

/** Three steps for someone who has never been here, each of which points at a piece of the page. */
@customElement('first-minute')
export class FirstMinute extends LitElement {
  /** Whether there is an answer to point at. */
  @property({ type: Boolean }) ready = false;
  /** From 0; none if it is not shown. */
  @state() private step?: number;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#escape, { capture: true });
    if (isFirst()) this.step = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#escape, { capture: true });
  }

  async begin(): Promise<void> {
    this.step = 0;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.main')?.focus({ preventScroll: true });
  }

  leave(): void {
    this.step = undefined;
  }

  readonly #escape = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) this.leave();
  };

  /** What is shown is pointed at, by a property that the page's pieces know. */
  protected override updated(): void {
    const at = this.ready && this.step !== undefined ? STEPS[this.step]?.at : undefined;
    if (at) remember();
    tell(this, 'minute-point', at ?? null);
  }

  protected override render() {
    const { step = -1, ready } = this;
    const shown = STEPS[step];
    if (!shown || !ready) return nothing;
    const first = COURSE[0];
    const isLast = step === STEPS.length - 1;
    return html`<section aria-label="The first minute">
      <p aria-live="polite"><span class="grey small">${step + 1} of ${STEPS.length}</span> <strong>${shown.title}.</strong> ${shown.text}</p>
      <div class="way">
        ${isLast && first ? html`<button type="button" @click=${() => tell(this, 'lesson-begin', first.name)}>Begin a lesson</button>` : nothing}
        <button type="button" class="main" @click=${() => (this.step = isLast ? undefined : step + 1)}>${isLast ? 'Done' : 'Next'}</button>
        <button type="button" aria-label="Leave the first minute" @click=${() => this.leave()}>×</button>
      </div>
    </section>`;
  }

  static override styles = [
    base,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 24px;
        padding: 10px 24px;
        border-top: 2px solid var(--accent);
        background: var(--ground);
        box-shadow: 0 -8px 24px rgb(0 0 0 / 0.08);
      }
      p {
        flex: 1 1 min(100%, 480px);
      }
      p > span {
        margin-right: 4px;
      }
      .way {
        display: flex;
        gap: 4px 8px;
        margin: 0 -8px 0 auto;
      }
      @media print {
        :host {
          display: none;
        }
      }
      @media (max-width: 720px) {
        section {
          padding: 8px 16px 0;
        }
        p {
          font-size: 15px;
          line-height: 21px;
        }
      }
    `,
  ];
}

/** Whether someone opens the page for the first time, and nothing that someone else has linked to. Nobody reads where a program drives the browser. */
function isFirst(): boolean {
  try {
    return location.hash === '' && location.search === '' && !navigator.webdriver && localStorage.getItem(KEY) === null;
  } catch {
    // Whether it was shown before cannot be known.
    return false;
  }
}

function remember(): void {
  try {
    localStorage.setItem(KEY, 'seen');
  } catch {
    // It is not asked for again, then.
  }
}
