import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Losses } from '../../state/effects';
import type { Picture } from '../../state/picture';
import type { WhatIf } from '../../state/what-if';
import { disagreement } from '../../words/effects';
import { choices } from '../choices';
import { base } from '../styles';
import { workRow } from '../work-row';
import { removalChoices } from './removal-choices';

/** What parts are replaced by and where, how far the work is, and what stands out. */
@customElement('removal-bar')
export class RemovalBar extends LitElement {
  @property({ attribute: false }) whatIf!: WhatIf;
  @property({ attribute: false }) picture?: Picture;
  @property({ attribute: false }) losses!: Losses;

  protected override render() {
    const { picture, losses } = this;
    return html`
      <div class="bar small">
        <span>Each part taken out, alone, with</span>
        ${removalChoices(this, this.whatIf, picture)}
        ${workRow(this, losses, 'Parts taken out')}
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
