import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Picture, Shown } from '../../state/picture';
import { sourceName } from '../../state/source';
import type { HoverStore } from '../../stores/view';
import { promptText } from '../../words/format';
import { asked } from '../../words/trail';
import '../answer/chart-figure';
import { base } from '../styles';
import { Watch } from '../watch';

/** For a frame in an article: the sentence, the question, one chart, and the way to the whole page. */
@customElement('embed-view')
export class EmbedView extends LitElement {
  @property({ attribute: false }) hover!: HoverStore;
  @property({ attribute: false }) picture?: Picture;
  @property() unit: Shown = 'head';
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  /** Of the whole page. */
  @property() href = '';
  /** What is said in place of a chart. */
  @property() instead = '';
  readonly watch = new Watch(this, () => [this.hover]);

  protected override render() {
    const { picture, unit, selected, theme, href, instead } = this;
    const exact = picture?.attributions[unit].exact;
    return html`
      <p class="prompt" title=${picture ? promptText(picture) : nothing}>${picture ? promptText(picture) : ''}</p>
      <h1>${picture ? asked(picture) : ''}</h1>
      ${picture
        ? html`<chart-figure
            .unit=${unit}
            .chart=${picture.charts[unit]}
            .hovered=${this.hover.state.hovered}
            .selected=${selected}
            .theme=${theme}
          ></chart-figure>`
        : html`<p class="grey">${instead}</p>`}
      <footer class="small grey">
        <span>${picture ? `${sourceName(picture.source)} · ${exact ? '✓ the parts add up' : '✗ the parts do not add up'}` : ''}</span>
        <a href=${href} target="_blank" rel="noopener">Open in Logitscope</a>
      </footer>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr) auto;
        gap: 4px;
        height: 100dvh;
        padding: 8px 12px;
        box-sizing: border-box;
      }
      .prompt {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      h1 {
        margin: 0;
        font-size: var(--body);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 16px;
      }
    `,
  ];
}
