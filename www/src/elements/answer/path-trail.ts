import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Picture } from '../../state/picture';
import { parseStep } from '../../state/trail';
import { levelNote, outermost, sidesOf, stepName } from '../../words/trail';
import { tell } from '../events';
import { base } from '../styles';

/** The way in, as a sentence: each level but the last leads back out. */
@customElement('path-trail')
export class PathTrail extends LitElement {
  @property({ attribute: false }) picture?: Picture;
  /** Whether all levels are to be seen at once, however little room there is. */
  @property({ type: Boolean, reflect: true }) wraps = false;

  protected override render() {
    const { picture } = this;
    if (!picture) return nothing;
    const steps = picture.trail.flatMap((text) => parseStep(text) ?? []);
    const names = [outermost(picture), ...steps.map((step) => stepName(step, picture.tokens))];
    const last = names.length - 1;
    const sides = sidesOf(picture);
    return html`<div class="level">
        <nav aria-label="The way in">
          <button type="button" class="out" title="One step back (Esc)" @click=${() => tell(this, 'go-out', last - 1)}>← Back</button>
          <ol>
            ${names.map((name, level) => {
              const mark = level ? html`<span class="grey" aria-hidden="true">‹</span>` : nothing;
              return level === last
                ? html`<li>${mark} <strong aria-current="step">${name}</strong></li>`
                : html`<li>${mark} <button type="button" @click=${() => tell(this, 'go-out', level)}>${name}</button></li>`;
            })}
          </ol>
        </nav>
        ${sides.length
          ? html`<div role="group" aria-label="Which side of the look the charts explain">
              ${sides.map(
                ({ name, step, chosen }) => html`<button
                  type="button"
                  aria-pressed=${chosen ? 'true' : 'false'}
                  @click=${() => chosen || tell(this, 'go-over', step)}
                >${name}</button>`,
              )}
            </div>`
          : nothing}
      </div>
      <p class="small grey" role="status">${levelNote(picture)}</p>`;
  }

  /** The innermost level is in sight, however long the way to it. */
  protected override updated(): void {
    const way = this.renderRoot.querySelector('ol');
    if (way) way.scrollLeft = way.scrollWidth;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: 2px;
        min-width: 0;
        /* Where a head's tokens may come to stand above it. */
        scroll-margin-top: calc(var(--target) + 16px);
      }
      .level {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
        min-width: 0;
      }
      nav {
        display: flex;
        align-items: center;
        gap: 8px;
        min-width: 0;
      }
      .out {
        flex: none;
      }
      ol {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 4px;
        min-width: 0;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 4px;
        min-width: 0;
      }
      li button {
        padding: 0 4px;
        color: var(--accent);
        text-decoration: underline;
        text-underline-offset: 3px;
        overflow-wrap: anywhere;
      }
      strong {
        padding: 0 4px;
      }
      [aria-pressed='true'] {
        color: var(--ink);
        text-decoration: underline 2px var(--accent);
        text-underline-offset: 5px;
        cursor: default;
      }
      @media (max-width: 720px) {
        /* The innermost levels, with the way out before them: a long way scrolls. */
        :host(:not([wraps])) ol {
          flex-wrap: nowrap;
          overflow-x: auto;
          white-space: nowrap;
        }
        :host(:not([wraps])) li {
          flex: none;
        }
        [role='group'] {
          margin-left: -8px;
        }
      }
    `,
  ];
}
