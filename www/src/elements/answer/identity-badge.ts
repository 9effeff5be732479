import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { UNITS, type Picture, type Shown } from '../../state/picture';
import { inOwnUnit } from '../../state/trail';
import { decimals, scientific } from '../../words/format';
import { wholeName } from '../../words/trail';
import { base } from '../styles';

/** Whether the parts add up to what the model says. */
@customElement('identity-badge')
export class IdentityBadge extends LitElement {
  @property({ attribute: false }) picture!: Picture;
  /** Whose sum is shown. All must add up. */
  @property() unit: Shown = 'head';

  protected override render() {
    const { picture, unit } = this;
    const { total, logit, bias, error } = picture.attributions[unit];
    const exact = UNITS.every((each) => picture.attributions[each].exact);
    const of = wholeName(picture);
    const through = picture.trail.length > 0 && bias[0] === 0;
    const less = inOwnUnit(picture.trail) ? 'bias' : html`b<sub>U</sub>`;
    const sum = unit === 'layer' ? 'last value' : 'sum of parts';
    return html`<div class="small ${exact ? '' : 'wrong'}" role="group" aria-label="Identity">
      <p class="verdict">
        <span aria-hidden="true">${exact ? '✓' : '✗'}</span> ${exact ? 'The parts add up' : 'The parts do not add up: do not trust these charts'}
      </p>
      <dl>
        <div><dt>${sum}</dt> <dd class="mono">${decimals(total[0] ?? NaN)}</dd></div>
        <div>
          <dt>${of}${through ? '' : html` − ${less}`}</dt>
          <dd class="mono">${through ? '' : html`<span class="grey">${decimals(logit[0] ?? NaN)} − (${decimals(bias[0] ?? NaN)}) =</span>`} ${decimals((logit[0] ?? NaN) - (bias[0] ?? NaN))}</dd>
        </div>
        <div><dt>difference</dt> <dd class="mono">${scientific(error[0] ?? NaN)}</dd></div>
      </dl>
    </div>`;
  }

  static override styles = [
    base,
    css`
      :host > div {
        padding-top: 8px;
        border-top: 1px solid var(--hairline);
      }
      .verdict {
        color: var(--accent);
      }
      .wrong .verdict {
        color: var(--wrong);
        font-weight: 600;
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: 0 8px;
        flex-wrap: wrap;
      }
      dd {
        margin-left: auto;
      }
    `,
  ];
}
