import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Attribution } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import { restsOnFirst } from '../../state/sources';
import type { Part } from '../../state/part';
import { addsUp, headLine, tokenAt } from '../../words/depth';
import { count, percent, signed } from '../../words/format';
import { tell } from '../events';
import { base } from '../styles';
import './head-pattern';
import { parts } from './parts';

const SHOWN = 5;
/** What is less than this share of all that a head takes, either way, goes unnamed. */
const WORTH_NAMING = 0.01;

/** From which tokens a head takes what it writes, strongest first, and where it looks. */
@customElement('part-sources')
export class PartSources extends LitElement {
  /** The selected part, taken apart. */
  @property({ attribute: false }) taken!: Part;
  @property({ attribute: false }) picture!: Picture;
  @property() theme: 'light' | 'dark' = 'light';

  #row(index: number, { attribution, pattern = [] }: Attribution, place: number | undefined) {
    const { picture } = this;
    const { of } = this.taken;
    const step = `${of}@${index}`;
    const token = tokenAt(picture, index);
    return html`<tr>
      <td class="mono grey">${place}</td>
      <th scope="row" title="${token}, token ${index}"><span><span class="token">${token}</span> <span class="mono grey">${index}</span></span></th>
      <td class="mono">${signed(attribution[index] ?? 0)}</td>
      <td class="mono grey">${percent(pattern[index])}</td>
      <td class="do">
        <button type="button" title="What ${of} reads at ${token}, by who had written it" aria-label="Go in: what ${of} reads at ${token}, token ${index}" @click=${() => tell(this, 'go-in', step)}>go in</button>
        <button type="button" title="Why ${of} looks at ${token}: its attention score, by the parts that made it" aria-label="Why there? Why does ${of} look at ${token}, token ${index}?" @click=${() => tell(this, 'go-in', `score:${step}:key`)}>why there?</button>
      </td>
    </tr>`;
  }

  #sources(sources: Attribution) {
    const { picture } = this;
    const { attribution, pattern = [], labels } = sources;
    const rests = picture.bos !== undefined && labels.length > 1 && restsOnFirst({ pattern });
    const least = WORTH_NAMING * attribution.reduce((sum, value) => sum + Math.abs(value), 0);
    const ranked = sources.strongest(SHOWN + 1).map(({ label }) => Number(label.slice(1)));
    const strongest = ranked
      .filter((index) => !(rests && index === 0))
      .filter((index, i) => i === 0 || Math.abs(attribution[index] ?? 0) >= least)
      .slice(0, SHOWN);
    const others = labels.map((_, i) => i).filter((i) => !strongest.includes(i) && !(rests && i === 0));
    const sum = (of: ArrayLike<number>) => others.reduce((sum, i) => sum + (of[i] ?? 0), 0);
    return html`
      <p class="small">${headLine(sources, picture)}</p>
      <table class="small">
        <caption class="unseen">What ${this.taken.of} takes from each token, strongest first</caption>
        <thead class="grey">
          <tr>
            <td></td>
            <th scope="col">Token</th>
            <th scope="col" title="What it takes from the token: its attention times what it reads there">Takes</th>
            <th scope="col" title="The share of its attention">Looks</th>
            <td class="do"></td>
          </tr>
        </thead>
        <tbody>
          ${strongest.map((index, i) => this.#row(index, sources, i + 1))}
        </tbody>
        <tbody class="rest">
          ${others.length
            ? html`<tr class="grey">
                <th scope="row" colspan="2">${count(others.length)} other${others.length > 1 ? 's' : ''}</th>
                <td class="mono">${signed(sum(attribution))}</td>
                <td class="mono">${percent(sum(pattern))}</td>
                <td></td>
              </tr>`
            : nothing}
          ${rests ? this.#row(0, sources, undefined) : nothing}
        </tbody>
      </table>
      ${rests ? html`<p class="small grey">Most of its attention rests on the first token, where there is little to take.</p>` : nothing}
      <p class="identity small ${sources.exact ? '' : 'wrong'}">
        <span aria-hidden="true">${sources.exact ? '✓' : '✗'}</span> ${addsUp(sources)}
      </p>
    `;
  }

  protected override render() {
    const { taken, picture, theme } = this;
    if (taken.problem) return html`<p class="small wrong" role="alert">${taken.problem}</p>`;
    return html`
      ${taken.sources ? this.#sources(taken.sources) : html`<div class="room" .style=${`--rows: ${Math.min(2, picture.at + 1)}`}></div>`}
      <head-pattern .of=${taken.of} .pattern=${taken.pattern} .picture=${picture} .theme=${theme}></head-pattern>
    `;
  }

  static override styles = [
    base,
    parts,
    css`
      :is(th, td).do {
        width: 134px;
      }
      @media (max-width: 359px) {
        :is(th, td).do {
          width: 84px;
        }
        .do button {
          display: block;
          margin-left: auto;
        }
      }
    `,
  ];
}
