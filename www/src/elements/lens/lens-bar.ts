import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SHADES, WHEN, type Seen, type Shade } from '../../state/lens';
import { workName } from '../../words/effects';
import { SHADE_NAMES, SHADE_NOTES } from '../../words/lens';
import { tell } from '../events';
import { base, choices } from '../styles';

/** What the lens's cells are shaded by, and how far the work is. */
@customElement('lens-bar')
export class LensBar extends LitElement {
  @property() shade: Shade = WHEN.shade;
  @property({ attribute: false }) seen!: Seen;

  #work() {
    const { work, stopped, problem } = this.seen;
    const again = html`<button type="button" @click=${() => tell(this, 'work-again')}>${stopped ? 'Go on' : 'Try again'}</button>`;
    if (problem) return html`<span class="wrong" role="alert">${problem} ${again}</span>`;
    if (stopped) return html`<span class="grey">Stopped. ${again}</span>`;
    if (!work) return nothing;
    return html`<progress max="1" value=${work.share} aria-label="States looked at"></progress>
      <span class="mono grey">${workName(work)}</span>
      <button type="button" @click=${() => tell(this, 'work-stop')}>Stop</button>`;
  }

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
      <span class="work">${this.#work()}</span>
    </div>`;
  }

  static override styles = [
    base,
    choices,
    css`
      /* On a phone no line is kept for work that is done. */
      @media (max-width: 720px) {
        .work:empty {
          display: none;
        }
      }
    `,
  ];
}
