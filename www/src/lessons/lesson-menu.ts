import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { COURSE } from '../state/lesson';
import { tell } from '../elements/events';
import { placeUnder } from '../elements/popover';
import { base } from '../elements/styles';

/** The lessons that come with the page, and a way to open another. */
@customElement('lesson-menu')
export class LessonMenu extends LitElement {
  /** The name of the one that the reader is in. */
  @property() current?: string;
  @query('#menu') private menu!: HTMLElement;
  @query('#open') private button!: HTMLElement;

  #begin(name: string): void {
    this.menu.hidePopover();
    tell(this, 'lesson-begin', name);
  }

  #open(event: Event): void {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    this.menu.hidePopover();
    if (file) tell(this, 'lesson-open', file);
    input.value = '';
  }

  protected override render() {
    return html`
      <button type="button" id="open" popovertarget="menu">Lessons</button>
      <div
        id="menu"
        popover
        role="dialog"
        aria-label="Lessons"
        tabindex="-1"
        @toggle=${({ newState }: ToggleEvent) => newState === 'open' && placeUnder(this.menu, this.button)}
      >
        <ol>
          ${COURSE.map(
            ({ name, title }, i) => html`<li>
              <button type="button" aria-current=${name === this.current ? 'true' : 'false'} @click=${() => this.#begin(name)}>
                <span class="grey mono">${i + 1}</span> ${title}
              </button>
            </li>`,
          )}
        </ol>
        <p class="small grey">On the bundled model, a few steps each, from the sentence above to a hundred prompts.</p>
        <p class="row">
          <label class="button main">
            Open a lesson…
            <input class="unseen" type="file" accept=".json" aria-label="Open a lesson’s file" @change=${(event: Event) => this.#open(event)} />
          </label>
          <span class="small grey">A JSON file, of your own. Or drop it anywhere.</span>
        </p>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      #menu {
        width: 384px;
        padding: 16px 8px;
      }
      #menu > p {
        margin: 12px 8px 0;
      }
      li button {
        width: 100%;
        color: var(--ink);
        font-size: var(--body);
        text-align: left;
      }
      li button[aria-current='true'] {
        background: var(--accent-ground);
      }
      .row {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .button {
        display: inline-flex;
        flex: none;
        align-items: center;
        border-color: var(--accent);
      }
      .button:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: 1px;
      }
    `,
  ];
}
