import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { isScreenLeft, leaveScreen } from '../../full-screen';
import type { Picture } from '../../state/picture';
import type { Slide } from '../../state/slides';
import type { Stores } from '../../stores/stores';
import { percent, shown } from '../../words/format';
import { found, told, type Known } from '../../words/pointed';
import { slideName } from '../../words/tabs';
import { wordProblem } from '../../words/problem';
import { asked } from '../../words/trail';
import { base } from '../styles';
import { Watch } from '../watch';

/** What fits on a slide, in CSS pixels: on larger screens it is all enlarged. */
const [WIDTH, HEIGHT] = [840, 472];

/** Where keys are typed, or lead from choice to choice. */
const TAKES_KEYS = 'input, textarea, select, dialog, [popover]';

/** The page as it is shown to many: the question, one chart, and what is pointed at, large. Slots are for the sentence and the chart, and for a lesson. */
@customElement('present-section')
export class PresentSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  @query('#next') private next?: HTMLElement;
  @query('.turn') private turn?: HTMLElement;
  readonly watch = new Watch(this, () => {
    const { question, answer, view, lens, effects, patched, set, hover, lesson, present } = this.stores;
    return [question, answer, view, lens, effects, patched, set, hover, lesson, present];
  });

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#keys);
    window.addEventListener('resize', this.#resized);
    document.addEventListener('fullscreenchange', this.#screen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#keys);
    window.removeEventListener('resize', this.#resized);
    document.removeEventListener('fullscreenchange', this.#screen);
    leaveScreen();
  }

  /** Puts the focus on the way on, if that is not a lesson's. */
  async focusOn(): Promise<void> {
    await this.updateComplete;
    this.next?.focus({ preventScroll: true });
  }

  readonly #resized = () => this.requestUpdate();

  /** Where Escape is the browser's, it leaves the full screen and this in one. */
  readonly #screen = () => {
    if (isScreenLeft()) this.stores.present.switch(false);
  };

  #show(slide: Slide | undefined): void {
    if (slide) this.stores.present.show(slide);
  }

  /** Clickers send PageUp and PageDown. In a lesson these lead through its steps, and arrows are the charts’ where those have the focus. */
  readonly #keys = (event: KeyboardEvent) => {
    const { present, lesson } = this.stores;
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (lesson.state.place || event.defaultPrevented || altKey || ctrlKey || metaKey || shiftKey) return;
    const path = event.composedPath();
    if (path.some((target) => target instanceof Element && target.matches(TAKES_KEYS))) return;
    if (key.startsWith('Arrow') && path[0] !== document.body && !(this.turn && path.includes(this.turn))) return;
    const by = /^(ArrowRight|PageDown)$/.test(key) ? 1 : /^(ArrowLeft|PageUp)$/.test(key) ? -1 : undefined;
    if (!by) return;
    event.preventDefault();
    this.#show(present.beside(by));
  };

  #known(picture: Picture): Known {
    const { view, lens, effects, set, patched } = this.stores;
    const inside = view.state.tab === 'what-if' && view.state.whatIf.inside ? patched.state.picture : undefined;
    return { picture: inside ?? picture, view: view.state, seen: lens.state, losses: effects.state, always: set.state };
  }

  /** What is pointed at or else selected; or what was found. */
  #said(picture: Picture) {
    const { hover, view } = this.stores;
    const known = this.#known(picture);
    const labels = [hover.state.hovered?.label, view.state.selected];
    const part = labels.map((label) => label && told(label, known)).find(Boolean);
    // A lesson says itself what there is to be found.
    if (!part) return this.stores.lesson.state.place ? nothing : html`<p class="found">${found(known)}</p>`;
    const { name, label, value, without } = part;
    return html`<p>
      <strong>${name}</strong> <span class="mono grey">${label}</span> <span class="mono value">${value}</span>
      ${without ? html`<span class="grey">without it</span> <span class="mono value">${without}</span>` : nothing}
    </p>`;
  }

  #odds({ answer, incorrect }: Picture) {
    return [answer, ...(incorrect ? [incorrect] : [])].map(
      ({ text, probability }) => html`<span><span class="token">${shown(text)}</span> <span class="mono">${percent(probability)}</span></span> `,
    );
  }

  /** From chart to chart; a lesson leads by itself. */
  #turn() {
    const { present, lesson, view } = this.stores;
    const { slides, slide } = present;
    const [before, after] = [present.beside(-1), present.beside(1)];
    const choose = (event: Event) => {
      const select = event.target as HTMLSelectElement;
      this.#show(slides[select.selectedIndex]);
      select.blur();
    };
    const steps = !lesson.state.place;
    return html`<nav class="turn" aria-label="Charts">
      ${steps ? html`<button type="button" aria-label="Previous chart" ?disabled=${!before} @click=${() => this.#show(before)}>‹</button>` : nothing}
      <select aria-label="Chart" @change=${choose}>
        ${slides.map(
          (each) => html`<option .selected=${live(each.tab === slide?.tab && each.alone === slide.alone)}>${slideName(each, view.state.whatIf.corrupted !== null)}</option>`,
        )}
      </select>
      ${steps ? html`<button type="button" id="next" aria-label="Next chart" ?disabled=${!after} @click=${() => this.#show(after)}>›</button>` : nothing}
    </nav>`;
  }

  protected override render() {
    const { question, answer, lesson, present } = this.stores;
    const { picture, problems } = answer.state;
    const problem = Object.values(problems).find(Boolean);
    const large = Math.max(1, Math.min(innerWidth / WIDTH, innerHeight / HEIGHT));
    return html`<main class="slide ${lesson.state.place || lesson.state.problem ? 'lesson' : ''}" .style=${`--large-by: ${large}`}>
      <header>
        <h1>${picture ? asked({ ...picture, trail: [] }) : 'Logitscope'}</h1>
        <p class="odds small grey"><span>${picture ? this.#odds(picture) : nothing}</span></p>
        <div class="controls">
          ${this.#turn()}
          <button type="button" aria-label="Stop presenting" title="Stop presenting (Esc)" @click=${() => present.switch(false)}>×</button>
        </div>
      </header>
      <slot></slot>
      <div class="said" role="status">
        ${problem ? html`<p class="found wrong" role="alert">${wordProblem(problem.message, question.state)}</p>` : picture ? this.#said(picture) : nothing}
      </div>
      <slot name="lesson"></slot>
    </main>`;
  }

  static override styles = [
    base,
    css`
      :host {
        height: 100dvh;
        overflow: auto;
        box-sizing: border-box;
        padding: 12px 20px;
        --chart: minmax(0, 1fr);
        --target: 32px;
      }
      .slide {
        display: grid;
        grid-template: auto auto auto minmax(96px, 1fr) auto / minmax(0, 1fr);
        gap: 4px 16px;
        width: calc((100vw - 40px) / var(--large-by));
        min-height: calc((100dvh - 24px) / var(--large-by));
        height: 0;
        scale: var(--large-by);
        transform-origin: 0 0;
      }
      .slide.lesson {
        grid-template-columns: minmax(0, 1fr) 40%;
      }
      header {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      header,
      ::slotted(:is(div, ask-section)) {
        grid-column: 1 / -1;
      }
      h1 {
        margin: 0;
        font-size: var(--large);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      /* Where there is no room for both, for none. */
      .odds {
        flex: 1;
        display: flex;
        flex-wrap: wrap;
        height: 20px;
        overflow: hidden;
        white-space: nowrap;
      }
      .odds::before {
        content: '';
        width: 1px;
        height: 20px;
      }
      .odds span {
        margin-right: 8px;
      }
      .controls,
      .turn {
        display: flex;
        align-items: center;
      }
      .controls button {
        padding: 0 6px;
        font-size: var(--large);
      }
      select {
        field-sizing: content;
      }
      ::slotted(answer-section) {
        grid-row: 4;
        min-width: 0;
        min-height: 0;
      }
      .said {
        grid-row: 5;
        min-height: 32px;
        align-content: center;
        font-size: var(--large);
      }
      .found {
        font-size: var(--body);
      }
      ::slotted(lesson-section) {
        grid-area: 4 / 2 / 6 / 3;
        min-height: 0;
      }
      @media (max-width: 720px) and (min-height: 421px) {
        header {
          flex-wrap: wrap;
          gap: 0 12px;
        }
        h1 {
          flex: 1 0 100%;
        }
      }
      /* As at twice the size on a small projector. */
      @media (max-width: 720px), (max-height: 420px) {
        :host {
          padding: 8px 16px;
          --target: 24px;
          --large: 18px;
        }
        .slide {
          width: calc((100vw - 32px) / var(--large-by));
          min-height: calc((100dvh - 16px) / var(--large-by));
          row-gap: 0;
        }
        .slide.lesson {
          grid-template-columns: minmax(0, 1fr) 48%;
        }
        .said {
          min-height: 28px;
        }
        ::slotted(lesson-section) {
          font-size: var(--small);
          line-height: 18px;
        }
      }
    `,
  ];
}
