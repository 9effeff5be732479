import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Losses } from '../../state/effects';
import type { Picture } from '../../state/picture';
import type { WhatIf } from '../../state/what-if';
import { disagreement, workName } from '../../words/effects';
import { tell } from '../events';
import { base, choices } from '../styles';
import { removalChoices } from './removal-choices';

/** What parts are replaced by and where, how far the work is, and what stands out. */
@customElement('removal-bar')
export class RemovalBar extends LitElement {
  @property({ attribute: false }) whatIf!: WhatIf;
  @property({ attribute: false }) picture?: Picture;
  @property({ attribute: false }) losses!: Losses;

  #work() {
    const { work, stopped, problem } = this.losses;
    const again = html`<button type="button" @click=${() => tell(this, 'work-again')}>${stopped ? 'Go on' : 'Try again'}</button>`;
    if (problem) return html`<span class="wrong" role="alert">${problem} ${again}</span>`;
    if (stopped) return html`<span class="grey">Stopped. ${again}</span>`;
    if (!work) return nothing;
    return html`<span class="grey">
      <progress max="1" value=${work.share} aria-label="Parts taken out"></progress>
      <span class="mono">${workName(work)}</span>
      <button type="button" @click=${() => tell(this, 'work-stop')}>Stop</button>
    </span>`;
  }

  protected override render() {
    const { picture, losses } = this;
    return html`
      <div class="bar small">
        <span>Each part taken out, alone, with</span>
        ${removalChoices(this, this.whatIf, picture)}
        <span class="work">${this.#work()}</span>
      </div>
      <p class="small" role="status">${disagreement(losses)}</p>
    `;
  }

  static override styles = [
    base,
    choices,
    css`
      /* What comes moves nothing. */
      p {
        min-height: 20px;
      }
      @media (max-width: 1380px) {
        p {
          min-height: 40px;
        }
      }
      @media (max-width: 720px) {
        p {
          min-height: 60px;
        }
      }
    `,
  ];
}
