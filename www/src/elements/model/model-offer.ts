import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Offer } from '../../state/model';
import { folderUrl, sourceName, type Source } from '../../state/source';
import { bytes } from '../../words/format';
import { tell } from '../events';
import { base } from '../styles';

/** What a link would download, and from where, before anything is. */
@customElement('model-offer')
export class ModelOffer extends LitElement {
  @property({ attribute: false }) offer?: Offer;
  /** The model's that answers meanwhile. */
  @property({ attribute: false }) used?: Source;

  protected override render() {
    const { offer, used } = this;
    if (!offer) return nothing;
    const { source, bytes: size } = offer;
    const { origin, pathname } = new URL(folderUrl(source));
    const meanwhile = used?.kind === 'bundled' || !used ? 'the bundled model' : sourceName(used);
    return html`<section class="strip small" aria-label="The link’s model" aria-live="polite">
      <div class="words">
        <p><strong>This link asks for ${sourceName(source)}.</strong> Until you load it, what you see is ${meanwhile}’s answer.</p>
        <p class="grey">
          <span class="mono"><b>${origin}</b>${pathname}</span> · ${size === undefined ? 'size unknown' : bytes(size)} · nothing was downloaded
        </p>
      </div>
      <div class="choice">
        <button type="button" class="main" @click=${() => tell(this, 'model-open', source)}>Load it</button>
        <button type="button" @click=${() => tell(this, 'offer-refuse')}>Stay with ${meanwhile}</button>
      </div>
    </section>`;
  }

  static override styles = [
    base,
    css`
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
        margin: 0 -24px;
        padding: 6px 24px;
        border-bottom: 1px solid var(--hairline);
        background: var(--accent-ground);
      }
      .words {
        flex: 1;
        min-width: min(320px, 100%);
        max-height: 30dvh;
        overflow-y: auto;
        overflow-wrap: anywhere;
      }
      .words b {
        font-weight: 600;
        color: var(--ink);
      }
      .choice {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 8px;
      }
      @media (max-width: 720px) {
        .strip {
          margin: 0 -16px;
          padding: 8px 16px;
        }
      }
    `,
  ];
}
