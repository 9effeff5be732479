import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { after, before, shownAt, type Ask, type Lesson, type Place, type Step } from '../state/lesson';
import { tell } from '../elements/events';
import { moreBelow } from '../elements/more-below';
import { base, unseen } from '../elements/styles';

/** The step of a lesson that the page shows: its words, what it asks, and the way on. It stands below the page, which stays as it is. */
@customElement('lesson-strip')
export class LessonStrip extends LitElement {
  @property({ attribute: false }) lesson?: Lesson;
  @property({ attribute: false }) place?: Place;
  /** Whether the page shows something else by now. */
  @property({ type: Boolean }) moved = false;
  /** Whether it stands beside what it tells of, to be read by many. */
  @property({ type: Boolean, reflect: true }) beside = false;
  /** The lesson after this one. */
  @property({ attribute: false }) following?: { name: string; title: string };
  /** Why there is no lesson. */
  @property() problem?: string;

  /** Puts the focus on the way on. */
  async focusOn(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#on')?.focus({ preventScroll: true });
  }

  /** What is said anew is read from its beginning. */
  protected override updated(): void {
    this.renderRoot.querySelector('.text')?.scrollTo({ top: 0 });
  }

  #say(place: Place, said: number): void {
    tell(this, 'lesson-go', { ...place, said });
    void this.focusOn();
  }

  #words(step: Step, place: Place, lesson: Lesson) {
    const { ask } = step;
    const isLast = place.step === lesson.steps.length && !after(lesson, place);
    const sources = isLast && lesson.sources.length ? this.#sources(lesson) : nothing;
    if (!ask) return html`<div class="text"><p>${step.text}</p> ${sources}</div>`;
    if (place.said === undefined) {
      return html`<div class="text" tabindex="0"><p>${step.text}</p></div>
        <p id="question"><strong>${ask.question}</strong></p>
        <div class="choices" role="group" aria-labelledby="question">
          ${ask.choices.map((choice, i) => html`<button type="button" class="main" @click=${() => this.#say(place, i)}>${choice}</button>`)}
        </div>`;
    }
    return html`<div class="text">
      <p class="grey asked">${ask.question}</p>
      <p><strong>${verdict(ask, place.said)}</strong> ${shownAt(lesson, place)?.text}</p>
      ${sources}
    </div>`;
  }

  #sources({ sources }: Lesson) {
    return html`<p class="sources small grey">
      Sources:
      ${sources.map(({ text, url }, i) => html`${i ? ' · ' : ''}<a href=${url} target="_blank" rel="noopener noreferrer">${text}</a>`)}
    </p>`;
  }

  #way(lesson: Lesson, place: Place) {
    const back = before(place);
    const on = after(lesson, place);
    const { following } = this;
    return html`<div class="way">
      <button type="button" ?disabled=${!back} @click=${() => back && tell(this, 'lesson-go', back)}>Previous</button>
      ${on || !following
        ? html`<button type="button" id="on" class="main" ?disabled=${!on} @click=${() => on && tell(this, 'lesson-go', on)}>
            ${on?.said ? 'Show' : 'Next'}
          </button>`
        : html`<button type="button" id="on" class="main" @click=${() => tell(this, 'lesson-begin', following.name)}>Next lesson<span class="rest">: ${following.title}</span></button>`}
      <button type="button" @click=${() => tell(this, 'lesson-leave')}>Leave</button>
    </div>`;
  }

  protected override render() {
    const { lesson, place, problem, moved } = this;
    if (problem) {
      return html`<section aria-label="Lesson">
        <p class="wrong words" role="alert">${problem}</p>
        <div class="way"><button type="button" class="main" @click=${() => tell(this, 'lesson-leave')}>Close</button></div>
      </section>`;
    }
    const step = lesson && place && lesson.steps[place.step - 1];
    if (!step) return nothing;
    return html`<section aria-label="Lesson: ${lesson.title}">
      <div class="words" aria-live="polite">${this.#words(step, place, lesson)}</div>
      <div class="head small grey">
        <p class="where"><span class="title">${lesson.title}</span> <span>${place.step} of ${lesson.steps.length}</span></p>
        ${place.step === 1 && !moved && lesson.about ? html`<p class="about">${lesson.about}</p>` : nothing}
        <p class="moved">
          <span role="status">${moved ? 'The page shows something else by now.' : ''}</span> ${moved ? html`<button type="button" @click=${() => tell(this, 'lesson-go', place)}>Back to this step</button>` : nothing}
        </p>
      </div>
      ${this.#way(lesson, place)}
    </section>`;
  }

  static override styles = [
    base,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(256px, auto);
        grid-template-rows: 1fr auto;
        gap: 0 24px;
        padding: 12px 24px;
        border-top: 2px solid var(--accent);
        background: var(--ground);
        box-shadow: 0 -8px 24px rgb(0 0 0 / 0.08);
      }
      .words {
        grid-row: 1 / -1;
        display: grid;
        align-content: start;
        gap: 4px;
        max-width: 92ch;
        min-height: 72px;
        max-height: 40dvh;
        overflow-y: auto;
        overflow-wrap: break-word;
      }
      :is(.words, .text) > * {
        min-width: 0;
      }
      .words:has(#question) {
        grid-template-rows: minmax(2lh, 1fr);
      }
      /* What is asked stays in sight; of what is said before, a shadow shows that there is more. */
      .text {
        display: grid;
        align-content: start;
        gap: 4px;
        max-height: 40dvh;
        overflow-y: auto;
        ${moreBelow}
      }
      .head {
        text-align: right;
      }
      .title {
        margin-right: 4px;
        color: var(--accent);
        font-weight: 600;
      }
      .about {
        max-width: 48ch;
        max-height: 40px;
        margin-left: auto;
        overflow: hidden;
      }
      .moved button {
        margin-right: -8px;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
        padding: 2px;
      }
      .choices button {
        text-align: left;
      }
      .way {
        grid-column: 2;
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        align-self: end;
        gap: 4px 8px;
        margin-right: -8px;
      }
      @media print {
        :host {
          display: none;
        }
      }
      @media (max-width: 1023px) {
        section {
          grid-template-columns: minmax(0, 1fr) auto;
          grid-template-rows: auto auto;
          align-items: center;
          gap: 4px 16px;
        }
        .words {
          grid-area: 1 / 1 / 2 / -1;
        }
        .head {
          text-align: left;
        }
        .about {
          margin: 0;
        }
      }
      @media (max-width: 720px) {
        section {
          column-gap: 8px;
          padding: 8px 16px 0;
        }
        .words,
        .text {
          min-height: 0;
          max-height: 30dvh;
        }
        .words:has(#question) {
          max-height: 38dvh;
        }
        .words {
          font-size: 15px;
          line-height: 21px;
        }
        .title,
        .about,
        .rest,
        .moved span {
          ${unseen}
        }
        .moved button {
          margin: 0 0 0 -8px;
        }
        .way .main {
          border-color: transparent;
        }
      }
      :host([beside]) {
        display: grid;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        min-height: 0;
      }
      :host([beside]) section {
        grid-template: minmax(0, 1fr) auto / auto minmax(0, 1fr);
        align-items: center;
        gap: 4px;
        padding: 0 0 0 16px;
        border: 0;
        border-left: 1px solid var(--hairline);
        box-shadow: none;
      }
      :host([beside]) .words {
        grid-area: 1 / 1 / 2 / 3;
        align-self: stretch;
        min-height: 0;
        font-size: inherit;
        line-height: inherit;
      }
      :host([beside]) :is(.words, .text) {
        grid-template-rows: none;
        max-height: none;
      }
      :host([beside]) .text {
        overflow: visible;
      }
      :host([beside]) :is(.title, .about, .rest, .moved span) {
        display: none;
      }
      /* Half of the screen is the page's. */
      @media (max-width: 720px) and (max-height: 600px) {
        :host([beside]) .sources {
          display: none;
        }
        :host([beside]) .words,
        :host([beside]) .choices {
          gap: 2px 8px;
        }
        .words,
        .text {
          max-height: 92px;
        }
        .words:has(#question) {
          max-height: 216px;
        }
        .asked {
          display: none;
        }
      }
    `,
  ];
}

/** Whether what the reader said is so, and what is. */
function verdict({ choices, answer }: Ask, said: Place['said']): string {
  const [right = '', chosen = ''] = [choices[answer], typeof said === 'number' ? choices[said] : ''].map((choice) => choice?.replace(/\.$/, ''));
  if (said === answer) return `Yes: ${right}${/[!?]$/.test(right) ? '' : '.'}`;
  return chosen ? `Not “${chosen}”, but “${right}”.` : `It is: ${right}.`;
}
