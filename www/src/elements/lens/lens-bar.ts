import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SHADES, WHEN, type Seen, type Shade } from '../../state/lens';
import { SHADE_NAMES, SHADE_NOTES } from '../../words/lens';
import { choices } from '../choices';
import { tell } from '../events';
import { base } from '../styles';
import { workRow } from '../work-row';

/** What the lens's cells are shaded by, and how far the work is. */
@customElement('lens-bar')
export class LensBar extends LitElement {
  @property() shade: Shade = WHEN.shade;
  @property({ attribute: false }) seen!: Seen;

  protected override render() {
    return html`<div class="bar small">
      <span>What it would say if it stopped there; shaded by</span>
      <span role="group" aria-label="What cells are shaded by">
        ${SHADES.map(
          (shade) => html`<button
            type="button"
            title=${SHADE_NOTES[shade]}
            aria-pressed=${shade === this.shade ? 'true' : 'false'}
            @click=${() => shade === this.shade || tell(this, 'shade-choose', shade)}
          >${SHADE_NAMES[shade]}</button>`,
        )}
      </span>
      ${workRow(this, this.seen, 'States looked at')}
    </div>`;
  }

  static override styles = [base, choices];
}
