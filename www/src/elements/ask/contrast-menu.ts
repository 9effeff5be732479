import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Token } from '../../api/logitscope';
import { CONTRAST_NOTES } from '../../words/contrast';
import { shown } from '../../words/format';
import { tell } from '../events';
import { placeUnder } from '../popover';
import { base } from '../styles';

/** With what else the answer can be compared, and when to compare it with that. */
@customElement('contrast-menu')
export class ContrastMenu extends LitElement {
  /** The likeliest token but the answer. */
  @property({ attribute: false }) runnerUp?: Token;
  @query('#menu') private menu!: HTMLElement;
  @query('#open') private button!: HTMLElement;

  #choice(name: unknown, note: string, choose: () => void) {
    const close = () => {
      this.menu.hidePopover();
      choose();
    };
    return html`<li><button type="button" @click=${close}>${name}</button><p class="grey">${note}</p></li>`;
  }

  protected override render() {
    const { runnerUp } = this;
    return html`
      <button type="button" id="open" popovertarget="menu" title="What to compare the answer with, and when" aria-label="Compare with something else">▾</button>
      <div
        id="menu"
        popover
        role="dialog"
        aria-label="Compare with"
        @toggle=${(event: ToggleEvent) => event.newState === 'open' && placeUnder(this.menu, this.button)}
      >
        <ul class="small">
          ${runnerUp
            ? this.#choice(html`The runner-up, <span class="token">${shown(runnerUp.text)}</span>`, CONTRAST_NOTES.token, () =>
                tell(this, 'prediction-choose', { field: 'incorrect', prediction: runnerUp }),
              )
            : ''}
          ${this.#choice('One more token', CONTRAST_NOTES.several, () => tell(this, 'contrast-add'))}
          ${this.#choice('All, by probability', CONTRAST_NOTES.all, () => tell(this, 'question-ask', { incorrect: '', more: [], byProbability: true }))}
          ${this.#choice('None', CONTRAST_NOTES.none, () => tell(this, 'question-ask', { incorrect: '', more: [], byProbability: false }))}
        </ul>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }
      #menu {
        width: min(400px, 100% - 16px);
      }
      ul {
        display: grid;
        gap: 8px;
      }
      li button {
        margin-left: -8px;
      }
    `,
  ];
}
