import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { after, before, shownAt, type Lesson, type Place, type Step } from '../state/lesson';
import { tell } from '../elements/events';
import { base } from '../elements/styles';

/** The step of a lesson that the page shows: its words, what it asks, and the way on. It stands below the page, which stays as it is. */
@customElement('lesson-strip')
export class LessonStrip extends LitElement {
  @property({ attribute: false }) lesson?: Lesson;
  @property({ attribute: false }) place?: Place;
  /** Whether the page shows something else by now. */
  @property({ type: Boolean }) moved = false;
  /** The lesson after this one. */
  @property({ attribute: false }) following?: { name: string; title: string };
  /** Why there is no lesson. */
  @property() problem?: string;

  /** Puts the focus on the way on. */
  async focusOn(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#on')?.focus({ preventScroll: true });
  }

  #say(place: Place, said: number): void {
    tell(this, 'lesson-go', { ...place, said });
    void this.focusOn();
  }

  #words(step: Step, place: Place, lesson: Lesson) {
    const { ask } = step;
    if (!ask) return html`<p>${step.text}</p>`;
    if (place.said === undefined) {
      return html`<p>${step.text}</p>
        <p id="question"><strong>${ask.question}</strong></p>
        <div class="choices" role="group" aria-labelledby="question">
          ${ask.choices.map((choice, i) => html`<button type="button" class="main" @click=${() => this.#say(place, i)}>${choice}</button>`)}
        </div>`;
    }
    const right = ask.choices[ask.answer] ?? '';
    return html`<p class="grey">${ask.question}</p>
      <p><strong>${place.said === ask.answer ? 'Yes: ' : 'It is: '}${right}${/[.!?]$/.test(right) ? '' : '.'}</strong> ${shownAt(lesson, place)?.text}</p>`;
  }

  #sources({ sources }: Lesson) {
    return html`<p class="small grey">
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
        : html`<button type="button" id="on" class="main" @click=${() => tell(this, 'lesson-begin', following.name)}>Next lesson: ${following.title}</button>`}
      <button type="button" @click=${() => tell(this, 'lesson-leave')}>Leave the lesson</button>
    </div>`;
  }

  protected override render() {
    const { lesson, place, problem } = this;
    if (problem) {
      return html`<section aria-label="Lesson">
        <p class="wrong" role="alert">${problem}</p>
        <div class="way"><button type="button" @click=${() => tell(this, 'lesson-leave')}>Close</button></div>
      </section>`;
    }
    const step = lesson && place && lesson.steps[place.step - 1];
    if (!step) return nothing;
    const isLast = place.step === lesson.steps.length && !after(lesson, place);
    return html`<section aria-label="Lesson: ${lesson.title}">
      <p class="head small grey">
        <span class="title">${lesson.title}</span> <span>${place.step} of ${lesson.steps.length}</span>
        <span class="moved" role="status">${this.moved ? 'The page shows something else by now.' : ''}</span>
        ${this.moved ? html`<button type="button" @click=${() => tell(this, 'lesson-go', place)}>Back to this step</button>` : nothing}
      </p>
      <div class="words" tabindex="-1" aria-live="polite">${this.#words(step, place, lesson)} ${isLast && lesson.sources.length ? this.#sources(lesson) : nothing}</div>
      ${this.#way(lesson, place)}
    </section>`;
  }

  static override styles = [
    base,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 24px;
        padding: 8px 24px 12px;
        border-top: 2px solid var(--accent);
        background: var(--ground);
        box-shadow: 0 -8px 24px rgb(0 0 0 / 0.08);
      }
      .head {
        grid-column: 1 / -1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 8px;
        min-height: var(--target);
      }
      .title {
        color: var(--accent);
        font-weight: 600;
      }
      .words {
        display: grid;
        align-content: start;
        gap: 4px;
        max-width: 88ch;
        min-height: 72px;
        max-height: 40dvh;
        overflow-y: auto;
        overflow-wrap: break-word;
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
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        align-content: end;
        gap: 4px 8px;
      }
      @media print {
        :host {
          display: none;
        }
      }
      @media (max-width: 1023px) {
        section {
          grid-template-columns: minmax(0, 1fr);
          gap: 4px 0;
        }
      }
      @media (max-width: 720px), (max-height: 600px) {
        section {
          padding: 0 16px 8px;
        }
        .words {
          min-height: 0;
          max-height: 28dvh;
          font-size: 15px;
          line-height: 21px;
        }
        .head {
          min-height: 28px;
        }
        .way {
          justify-content: space-between;
        }
      }
    `,
  ];
}
