import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Attribution } from '../../api/logitscope';
import type { Picture } from '../../state/picture';
import type { Part } from '../../state/part';
import { addsUp, isNeuron, mlpLine } from '../../words/depth';
import { count, signed } from '../../words/format';
import { tell } from '../events';
import { base } from '../styles';
import { parts } from './parts';

const SHOWN = 8;

/** Which neurons of an MLP write what it writes, strongest first. */
@customElement('part-neurons')
export class PartNeurons extends LitElement {
  /** The selected part, taken apart. */
  @property({ attribute: false }) taken!: Part;
  @property({ attribute: false }) picture!: Picture;

  #neurons(neurons: Attribution) {
    const { labels, attribution, activation = [], total } = neurons;
    const strongest = neurons.strongest(SHOWN + 1).filter(({ label }) => isNeuron(label)).slice(0, SHOWN);
    const bias = attribution[labels.length - 1] ?? 0;
    const others = labels.length - 1 - strongest.length;
    const rest = (total[0] ?? NaN) - bias - strongest.reduce((sum, { value }) => sum + value, 0);
    const place = new Map(labels.map((label, i) => [label, i]));
    return html`
      <p class="small">${mlpLine(neurons, this.picture)}</p>
      <table class="small">
        <caption class="unseen">What the neurons of ${this.taken.of} wrote, strongest first</caption>
        <thead class="grey">
          <tr>
            <td></td>
            <th scope="col">Neuron</th>
            <th scope="col" title="What it wrote: its activation times what its output weights say">Wrote</th>
            <th scope="col" title="How strongly it fires: the output of its activation function">Fires</th>
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${strongest.map(
            ({ label, value }, i) => html`<tr>
              <td class="mono grey">${i + 1}</td>
              <th scope="row" class="mono">${label}</th>
              <td class="mono">${signed(value)}</td>
              <td class="mono grey">${signed(activation[place.get(label) ?? 0] ?? 0)}</td>
              <td>
                <button type="button" title="What made ${label} fire, by who had written it" aria-label="Go in: what made ${label} fire" @click=${() => tell(this, 'go-in', `neuron:${label}`)}>go in</button>
              </td>
            </tr>`,
          )}
        </tbody>
        <tbody class="grey">
          ${others
            ? html`<tr>
                <th scope="row" colspan="2">${count(others)} other${others > 1 ? 's' : ''}</th>
                <td class="mono">${signed(rest)}</td>
                <td></td>
                <td></td>
              </tr>`
            : nothing}
          <tr>
            <th scope="row" colspan="2">output bias</th>
            <td class="mono">${signed(bias)}</td>
            <td></td>
            <td></td>
          </tr>
        </tbody>
      </table>
      <p class="identity small ${neurons.exact ? '' : 'wrong'}">
        <span aria-hidden="true">${neurons.exact ? '✓' : '✗'}</span> ${addsUp(neurons)}
      </p>
    `;
  }

  protected override render() {
    const { problem, neurons } = this.taken;
    if (problem) return html`<p class="small wrong" role="alert">${problem}</p>`;
    return neurons ? this.#neurons(neurons) : html`<div class="room" .style=${`--rows: ${SHOWN + 1}`}></div>`;
  }

  static override styles = [
    base,
    parts,
    css`
      :is(th, td):nth-child(4) {
        width: 72px;
      }
    `,
  ];
}
