import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Unit } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import { UNIT_NAMES } from '../../words/explain';
import { base } from '../styles';
import { save, type Format } from './save';

const FORMATS: readonly Format[] = ['png', 'svg', 'csv', 'json'];

/** The shown unit's chart as a picture, and its numbers. */
@customElement('download-row')
export class DownloadRow extends LitElement {
  @property({ attribute: false }) picture!: Picture;
  @property() unit: Unit = 'head';

  protected override render() {
    const { picture, unit } = this;
    return html`<div class="small" role="group" aria-label="Download">
      <span class="grey">${UNIT_NAMES[unit]} as</span>
      ${FORMATS.map(
        (format) => html`<button
          type="button"
          aria-label="Download ${UNIT_NAMES[unit]} as ${format.toUpperCase()}"
          @click=${() => save(format, picture, unit)}
        >${format.toUpperCase()}</button>`,
      )}
    </div>`;
  }

  static override styles = [
    base,
    css`
      div {
        display: flex;
        align-items: center;
      }
      span {
        flex: 1;
      }
      button {
        min-width: var(--target);
      }
    `,
  ];
}
