import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { UNITS, type Picture, type Shown } from '../../state/picture';
import type { HoverStore } from '../../stores/view';
import { base } from '../styles';
import { Watch } from '../watch';
import './chart-figure';

const NUMBERS = ['one', 'two', 'three'];

/** The three charts on one axis, depth; or what stands in their place until there is an answer. */
@customElement('answer-charts')
export class AnswerCharts extends LitElement {
  /** What is under the pointer: all three charts show it, and nothing else on the page does. */
  @property({ attribute: false }) hover!: HoverStore;
  @property({ attribute: false }) picture?: Pick<Picture, 'charts'>;
  /** Which of the three. */
  @property({ attribute: false }) units: readonly Shown[] = UNITS;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  /** Heads in a layer of the model: rows of a chart. */
  @property({ type: Number }) heads = 12;
  /** Whether another picture is on its way. */
  @property({ type: Boolean }) busy = false;
  /** Whether the picture does not answer the current question. */
  @property({ type: Boolean }) stale = false;
  /** What is said in place of charts. */
  @property() instead = '';
  readonly watch = new Watch(this, () => [this.hover]);

  protected override render() {
    const { picture, units, selected, theme, heads, busy, stale } = this;
    return html`<div class="charts ${NUMBERS[units.length - 1]}" .style=${`--heads: ${heads}`} aria-busy=${busy ? 'true' : 'false'} ?data-stale=${picture && stale}>
      ${units.map((unit) =>
        picture
          ? html`<chart-figure
              class=${unit}
              .unit=${unit}
              .chart=${picture.charts[unit]}
              .hovered=${this.hover.state.hovered}
              .selected=${selected}
              .theme=${theme}
            ></chart-figure>`
          : html`<div class="empty ${unit}">${unit === 'component' || units.length === 1 ? html`<p class="grey">${this.instead}</p>` : nothing}</div>`,
      )}
    </div>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        min-width: 0;
      }
      .charts {
        display: grid;
        grid-template-rows: minmax(122px, 11fr) minmax(122px, 11fr) minmax(clamp(192px, calc(var(--heads) * 16px + 72px), 280px), 18fr);
        gap: 8px;
        outline: var(--point-charts, none);
        outline-offset: 4px;
        transition: opacity 100ms linear;
      }
      .component {
        outline: var(--point-parts, none);
        outline-offset: 4px;
      }
      .charts.two {
        grid-template-rows: minmax(122px, 11fr) minmax(clamp(192px, calc(var(--heads) * 16px + 72px), 280px), 18fr);
      }
      .charts.one {
        grid-template-rows: var(--chart, minmax(122px, 1fr));
      }
      /* The old picture stays, and dims if the new one takes longer than a glance. */
      .charts[data-stale] {
        opacity: 0.45;
        transition-delay: 150ms;
      }
      .empty {
        display: grid;
        place-items: center;
        /* Where the chart's axes will be. */
        margin: 24px 12px 24px 60px;
        padding: 0 16px;
        border: solid var(--hairline);
        border-width: 0 0 1px 1px;
        text-align: center;
      }
      @media print {
        .charts {
          display: block;
        }
      }
      @media (max-width: 720px) {
        .charts {
          grid-template-rows: 208px 208px calc(var(--heads) * 20px + 80px);
        }
        .charts.one {
          grid-template-rows: var(--chart, 208px);
        }
        .charts.two {
          grid-template-rows: 208px calc(var(--heads) * 20px + 80px);
        }
      }
    `,
  ];
}
