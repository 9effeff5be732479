import { LitElement, css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { UNIT_NAMES } from '../explain';
import { save, type Format } from '../save';
import { SessionController, session } from '../session';
import { base } from '../styles';

const FORMATS: readonly Format[] = ['png', 'svg', 'csv', 'json'];

/** The shown unit's chart as a picture, and its numbers. */
@customElement('download-row')
export class DownloadRow extends LitElement {
  readonly controller = new SessionController(this);

  protected override render() {
    const { picture, question } = session.state;
    if (!picture) return html``;
    const { unit } = question;
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
