import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Picture } from '../../state/picture';
import { signed } from '../../words/format';
import { tell } from '../events';
import { base } from '../styles';

const SHOWN = 12;

/** What a layer's attention adds, head by head, strongest first. */
@customElement('part-heads')
export class PartHeads extends LitElement {
  /** The label of the layer's attention. */
  @property() label = '';
  @property({ attribute: false }) picture!: Picture;

  protected override render() {
    const { head, component } = this.picture.charts;
    const whole = component.item(this.label);
    const heads = head.items().filter(({ layer }) => layer !== null && layer === whole?.layer);
    const strongest = heads.sort((a, b) => a.rank - b.rank).slice(0, SHOWN);
    const sum = (items: readonly { value: number }[]) => items.reduce((sum, { value }) => sum + value, 0);
    const others = heads.length - strongest.length;
    const biases = (whole?.value ?? NaN) - sum(heads);
    return html`
      <p class="small">${heads.length} heads of layer ${whole?.layer} wrote it; strongest first:</p>
      <ul class="small" aria-label="Heads of layer ${whole?.layer}, strongest first">
        ${strongest.map(
          ({ label, name, value }) => html`<li>
            <button type="button" class="mono" title=${name} aria-label="${label}, ${signed(value)}" @click=${() => tell(this, 'part-select', label)}>
              <span>${label}</span> <span>${signed(value)}</span>
            </button>
          </li>`,
        )}
      </ul>
      <p class="small grey">
        ${others > 0 ? html`${others} others <span class="mono">${signed(sum(heads.slice(SHOWN)))}</span>, biases` : 'Biases'} <span class="mono">${signed(biases)}</span>
      </p>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 4px;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(140px, 1fr));
        column-gap: 16px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      button {
        display: flex;
        justify-content: space-between;
        gap: 8px;
        width: 100%;
        min-height: max(24px, var(--target) - 7px);
        padding: 0;
        border-bottom: 1px solid var(--hairline);
        border-radius: 0;
        color: var(--ink);
      }
    `,
  ];
}
