import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Losses } from '../../state/effects';
import type { Picture } from '../../state/picture';
import { ABLATIONS, PLACES, type WhatIf } from '../../state/what-if';
import { ABLATION_NAMES, ABLATION_NOTES, disagreement, placeName } from '../../words/effects';
import { tell } from '../events';
import { base, choices } from '../styles';
import { workRow } from '../work-row';

/** What parts are replaced by and where, how far the work is, and what stands out. */
@customElement('removal-bar')
export class RemovalBar extends LitElement {
  @property({ attribute: false }) whatIf!: WhatIf;
  @property({ attribute: false }) picture?: Picture;
  @property({ attribute: false }) losses!: Losses;

  #choices<K extends 'ablation' | 'at'>(field: K, label: string, of: readonly WhatIf[K][], name: (value: WhatIf[K]) => string, title?: (value: WhatIf[K]) => string) {
    const chosen = this.whatIf[field];
    return html`<span role="group" aria-label=${label}>
      ${of.map(
        (value) => html`<button
          type="button"
          title=${title?.(value) ?? nothing}
          aria-pressed=${value === chosen ? 'true' : 'false'}
          @click=${() => value === chosen || tell(this, 'what-if-choose', { [field]: value })}
        >${name(value)}</button>`,
      )}
    </span>`;
  }

  protected override render() {
    const { picture, losses } = this;
    return html`
      <div class="bar small">
        <span>Each part taken out, alone, with</span>
        ${this.#choices('ablation', 'What stands in its place', ABLATIONS, (value) => ABLATION_NAMES[value], (value) => ABLATION_NOTES[value])}
        <span>in its place, at</span>
        ${this.#choices('at', 'At which tokens', PLACES, (value) => placeName(value, picture))}
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
