import { LitElement, html } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../elements/define';
import { tell } from '../elements/events';
import '../elements/lens/lens-figure';
import { WHEN, type LensPlace, type Shade } from '../state/lens';
import { tokenAt } from '../words/depth';
import { isolate, percent, place, sentenceCase, shown } from '../words/format';
import { expectedThere, lensPlaceName } from '../words/lens';
import type { LensExhibit } from './exhibit';
import { exhibit } from './look';
import './number-table';
import type { Row } from './number-table';

const ROWS = 24;

/** What the model would say at each state: as a table, and for one token in numbers. */
@define('lens-exhibit')
export class LensExhibitElement extends LitElement {
  @property({ attribute: false }) exhibit!: LensExhibit;
  @property({ attribute: false }) selected: LensPlace | null = null;
  @property() shade: Shade = WHEN.shade;
  @property() theme: 'light' | 'dark' = 'light';

  get #row(): number {
    const { lens, asked } = this.exhibit;
    return this.selected?.[1] ?? lens.positions.indexOf(asked.position);
  }

  #rows(): Row[] {
    const { labels, top, answer } = this.exhibit.lens;
    const row = this.#row;
    return labels.map((label, state) => {
      const likeliest = top[state]?.[row]?.[0];
      const says = likeliest ? [shown(likeliest.text), percent(likeliest.probability)] : ['', ''];
      const expected = answer ? [percent(answer.probability[state]?.[row]), place(answer.rank[state]?.[row] ?? NaN)] : [];
      return { key: String(state), name: label, cells: [...says, ...expected] };
    });
  }

  #said() {
    const { selected, exhibit } = this;
    const { lens, asked } = exhibit;
    if (!selected) return html`<span class="grey">Point at a cell, or walk there by the arrow keys.</span>`;
    const top = lens.top[selected[0]]?.[selected[1]] ?? [];
    return html`<strong>${sentenceCase(lensPlaceName(lens, selected, asked))}</strong>:
      ${top.slice(0, 3).map(({ text, probability }) => html`<span class="token">${shown(text)}</span> <span class="mono grey">${percent(probability)}</span> `)}
      <span class="grey">${expectedThere(lens, selected, asked)}</span>`;
  }

  protected override render() {
    const { exhibit, selected, shade, theme } = this;
    const { lens, table, asked } = exhibit;
    const row = this.#row;
    const rows = Math.min(lens.positions.length, ROWS);
    const answer = lens.answer ? [isolate(asked.answer.text), 'rank'] : [];
    return html`<div class="picture" .style=${`--height: ${rows * 20 + 80}px`}>
        <lens-figure .table=${table} .lens=${lens} .picture=${asked} .shade=${shade} .theme=${theme} .selected=${selected}></lens-figure>
      </div>
      <p class="said small" aria-live="polite">${this.#said()}</p>
      <details>
        <summary>State by state, at ${tokenAt(asked, lens.positions[row] ?? NaN)}</summary>
        <div class="numbers" tabindex="0" role="region" aria-label="States in numbers">
          <number-table
            caption="What the model would say after each state"
            .head=${['State', 'It would say', 'likely', ...answer]}
            .rows=${this.#rows()}
            .selected=${selected ? String(selected[0]) : null}
            @row-press=${({ detail }: CustomEvent<string | null>) => tell(this, 'state-select', detail === null ? null : [Number(detail), row])}
          ></number-table>
        </div>
      </details>`;
  }

  static override styles = exhibit;
}
