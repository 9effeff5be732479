import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Reaction } from '../../api/logitscope';
import { effectOf, type Losses, type Reacted } from '../../state/effects';
import type { Picture } from '../../state/picture';
import { baseline, changeAddsUp } from '../../words/effects';
import { count, signed } from '../../words/format';
import { parts } from '../answer/parts';
import { tell } from '../events';
import { base } from '../styles';

const SHOWN = 5;

/** The selected part's direct and total effect, and who steps in when it is taken out. */
@customElement('part-effects')
export class PartEffects extends LitElement {
  /** The part's label. */
  @property() label = '';
  @property({ attribute: false }) picture!: Picture;
  @property({ attribute: false }) losses!: Losses;
  @property({ attribute: false }) reacted!: Reacted;

  #numbers() {
    const { label, picture, losses, reacted } = this;
    const effect = effectOf(losses, label);
    // Whichever of the two is there first.
    const { reaction } = reacted;
    const total = effect?.total ?? (reaction && reaction.logit - reaction.after);
    const value = (of: number | undefined) => html`<dd class="mono">${of === undefined ? '…' : signed(of)}</dd>`;
    return html`<dl class="small">
      <div><dt>Direct effect</dt>${value(effect?.direct)}</div>
      <div><dt title="The part out of the final residual stream, and the final LayerNorm’s scale computed anew; no other part reacts">… with LayerNorm anew</dt>${value(effect?.renormalized)}</div>
      <div><dt>Total effect <span class="grey">${baseline(losses.removal, picture)}</span></dt>${value(total)}</div>
    </dl>`;
  }

  #reaction({ labels, change, removed, scale, ...rest }: Reaction) {
    const order = labels.map((_, i) => i).sort((a, b) => Math.abs(change[b] ?? 0) - Math.abs(change[a] ?? 0));
    const strongest = order.slice(0, SHOWN).filter((i) => change[i] !== 0);
    const others = labels.length - strongest.length;
    const sum = order.slice(strongest.length).reduce((sum, i) => sum + (change[i] ?? 0), 0);
    const row = (name: unknown, value: number) => html`<tr class="grey"><th scope="row" colspan="2">${name}</th><td class="mono">${signed(value)}</td></tr>`;
    return html`
      <table class="small">
        <caption class="unseen">What changes when ${this.label} is taken out, later parts strongest first</caption>
        <thead class="grey">
          <tr>
            <td></td>
            <th scope="col">Part</th>
            <th scope="col" title="What it adds now, less what it did">Change</th>
          </tr>
        </thead>
        <tbody>
          ${row('what is removed', removed)} ${row('LayerNorm’s new scale', scale)}
        </tbody>
        <tbody>
          ${strongest.map((i, place) => {
            const label = labels[i] ?? '';
            return html`<tr>
              <td class="mono grey">${place + 1}</td>
              <th scope="row"><button type="button" class="mono" @click=${() => tell(this, 'part-select', label)}>${label}</button></th>
              <td class="mono">${signed(change[i] ?? 0)}</td>
            </tr>`;
          })}
        </tbody>
        <tbody>
          ${others ? row(`${count(others)} other${others > 1 ? 's' : ''}`, sum) : nothing}
        </tbody>
      </table>
      <p class="identity small ${rest.exact ? '' : 'wrong'}">
        <span aria-hidden="true">${rest.exact ? '✓' : '✗'}</span> ${changeAddsUp({ ...rest, labels, change, removed, scale })}
      </p>
    `;
  }

  protected override render() {
    const { label, reacted } = this;
    const { reaction, problem } = reacted.of === label ? reacted : {};
    return html`
      ${this.#numbers()}
      <h3 class="small">How later parts react</h3>
      ${problem ? html`<p class="small wrong" role="alert">${problem}</p>` : nothing}
      ${reaction ? this.#reaction(reaction) : html`<div class="room" .style=${`--rows: ${SHOWN + 2}`}></div>`}
    `;
  }

  static override styles = [
    base,
    parts,
    css`
      dl > div {
        display: flex;
        align-items: baseline;
        gap: 8px;
      }
      dt {
        min-width: 0;
      }
      dd {
        margin-left: auto;
      }
      h3 {
        margin-top: 4px;
      }
      .room {
        min-height: calc(20px * 2 + max(26px, var(--target) - 6px) * (var(--rows) + 1));
      }
    `,
  ];
}
