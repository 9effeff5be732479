import { LitElement, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import { define } from '../elements/define';
import { tell, type Telling } from '../elements/events';
import '../elements/what-if/effect-scatter';
import { REMOVABLE, effectOf } from '../state/effects';
import type { Pointed } from '../state/picture';
import { effectLine } from '../words/effects';
import { signed } from '../words/format';
import type { EffectsExhibit } from './exhibit';
import { exhibit } from './look';
import './number-table';

/** What parts write against what is lost without them: as a scatter, and in numbers. */
@define('effects-exhibit')
export class EffectsExhibitElement extends LitElement {
  @property({ attribute: false }) exhibit!: EffectsExhibit;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  @state() private hovered: Pointed | null = null;

  #hover(event: Telling<'part-hover'>): void {
    event.stopPropagation();
    this.hovered = event.detail;
  }

  #rows() {
    const { effects } = this.exhibit;
    const all = REMOVABLE.flatMap((unit) => {
      const { labels = [], direct = [], effect = [], after = [] } = effects[unit] ?? {};
      return labels.map((label, i) => ({ key: label, name: label, lost: effect[i] ?? NaN, cells: [direct[i], effect[i], after[i]].map(known) }));
    });
    return all.sort((a, b) => Math.abs(b.lost) - Math.abs(a.lost));
  }

  protected override render() {
    const { exhibit, selected, hovered, theme } = this;
    const { component, head } = exhibit.effects;
    const effect = selected === null ? undefined : effectOf(exhibit.effects, selected);
    return html`<div class="picture" .style=${"--height: 400px"} @part-hover=${this.#hover}>
        <effect-scatter .picture=${exhibit.asked} .component=${component} .head=${head} .hovered=${hovered} .selected=${selected} .theme=${theme}></effect-scatter>
      </div>
      <p class="said small" aria-live="polite">
        ${effect ? html`<strong class="mono">${selected}</strong> ${effectLine(effect.direct, effect.total)}` : html`<span class="grey">Point at a part, or walk there by the arrow keys.</span>`}
      </p>
      <details>
        <summary>In numbers</summary>
        <div class="numbers" tabindex="0" role="region" aria-label="Effects in numbers">
          <number-table
            caption="What each part adds, what is lost without it, and what is left then"
            .head=${['Part', 'Direct', 'Total', 'After']}
            .rows=${this.#rows()}
            .selected=${selected}
            @row-press=${({ detail }: CustomEvent<string | null>) => tell(this, 'part-select', detail)}
          ></number-table>
        </div>
      </details>`;
  }

  static override styles = exhibit;
}

function known(x: number | undefined): string {
  return x === undefined || Number.isNaN(x) ? '–' : signed(x);
}
