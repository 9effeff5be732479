import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Chart } from '../../api/logitscope';
import { REMOVABLE, type Losses, type Removable } from '../../state/effects';
import type { Picture } from '../../state/picture';
import type { Alone } from '../../state/slides';
import type { HoverStore } from '../../stores/view';
import { subjectOf } from '../../words/trail';
import '../answer/chart-figure';
import { base } from '../styles';
import { Watch } from '../watch';
import './effect-scatter';
import './scatter-downloads';

type Charts = Record<Removable, Chart>;

/** What each part wrote, with what is lost without it; and one against the other. */
@customElement('what-if-charts')
export class WhatIfCharts extends LitElement {
  /** What is under the pointer: all three charts show it, and nothing else on the page does. */
  @property({ attribute: false }) hover!: HoverStore;
  @property({ attribute: false }) picture?: Picture;
  @property({ attribute: false }) losses!: Losses;
  /** The one chart that is shown, if that is to be seen by many. */
  @property({ reflect: true }) alone?: Alone;
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
  /** Those of the picture, to be drawn over; and those of the one before, which they may still move from. */
  #charts?: Charts;
  #retired?: Charts;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { picture, losses } = this;
    const anew = changed.has('picture') || !this.#charts;
    if (anew) {
      free(this.#retired);
      this.#retired = this.#charts;
      this.#charts = picture && chartsOf(picture);
    }
    if (!this.#charts || losses.picture !== picture || !(anew || changed.has('losses'))) return;
    for (const unit of REMOVABLE) {
      const { labels = [], effect = [] } = losses[unit] ?? {};
      this.#charts[unit].compare(labels, Float64Array.from(effect));
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const charts of [this.#charts, this.#retired]) free(charts);
    this.#charts = this.#retired = undefined;
  }

  protected override render() {
    const { picture, losses, selected, theme, heads, busy, stale, hover } = this;
    const { hovered } = hover.state;
    const charts = this.#charts;
    if (!picture || !charts) return html`<div class="charts"><p class="grey empty">${this.instead}</p></div>`;
    return html`<div class="charts" .style=${`--heads: ${heads}`} aria-busy=${busy ? 'true' : 'false'} ?data-stale=${stale}>
      <effect-scatter
        ?hidden=${this.alone && this.alone !== 'own'}
        .picture=${picture}
        .component=${losses.component}
        .head=${losses.head}
        .hovered=${hovered}
        .selected=${selected}
        .theme=${theme}
      >
        <div class="downloads">
          ${losses.component && losses.head && !this.alone
            ? html`<scatter-downloads .picture=${picture} .component=${losses.component} .head=${losses.head}></scatter-downloads>`
            : nothing}
        </div>
      </effect-scatter>
      ${REMOVABLE.map(
        (unit) => html`<chart-figure
          class=${unit}
          ?hidden=${this.alone && this.alone !== unit}
          .unit=${unit}
          .chart=${charts[unit]}
          .effects=${losses[unit]}
          .hovered=${hovered}
          .selected=${selected}
          .theme=${theme}
        ></chart-figure>`,
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
        grid-template: minmax(160px, 4fr) minmax(clamp(192px, calc(var(--heads) * 16px + 72px), 280px), 6fr) / minmax(0, 2fr) minmax(0, 3fr);
        gap: 8px 16px;
        transition: opacity 100ms linear;
      }
      effect-scatter {
        grid-row: 1 / -1;
      }
      /* What comes moves nothing. */
      .downloads {
        min-height: var(--target);
      }
      /* The old picture stays, and dims if the new one takes longer than a glance. */
      .charts[data-stale] {
        opacity: 0.45;
        transition-delay: 150ms;
      }
      .empty {
        grid-area: 1 / 1 / -1 / -1;
        place-self: center;
      }
      @media print {
        .charts {
          display: block;
        }
        effect-scatter {
          max-width: 480px;
        }
      }
      :host([alone]) .charts {
        grid-template: minmax(0, 1fr) / minmax(0, 1fr) !important;
      }
      :host([alone]) .downloads {
        min-height: 0;
      }
      @media (max-width: 720px) {
        .charts {
          grid-template: min(100vw - 32px, 360px) 208px calc(var(--heads) * 20px + 80px) / minmax(0, 1fr);
        }
        effect-scatter {
          grid-row: auto;
        }
      }
    `,
  ];
}

function chartsOf(picture: Picture): Charts {
  const subject = subjectOf(picture);
  const chart = (unit: Removable) => {
    const made = Chart.about(picture.attributions[unit], subject);
    made.widen(...picture.charts[unit].span);
    return made;
  };
  return { component: chart('component'), head: chart('head') };
}

function free(charts: Charts | undefined): void {
  for (const unit of REMOVABLE) charts?.[unit].free();
}
