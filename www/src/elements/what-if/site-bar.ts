import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Patches } from '../../state/patching';
import { COMPARISONS, WHAT_IF, type Comparison } from '../../state/what-if';
import { SITE_NAMES, SITE_NOTES } from '../../words/patching';
import { choices } from '../choices';
import { tell } from '../events';
import { base } from '../styles';
import { workRow } from '../work-row';

/** What is looked at of two sentences, and how far that is. */
@customElement('site-bar')
export class SiteBar extends LitElement {
  @property() site: Comparison = WHAT_IF.site;
  /** Of heads by token, which is shown of how many. */
  @property({ type: Number }) head = WHAT_IF.head;
  @property({ type: Number }) heads = 12;
  @property({ attribute: false }) patches!: Patches;

  #choice(each: Comparison) {
    const chosen = each === this.site;
    return html`<button
      type="button"
      title=${SITE_NOTES[each]}
      aria-pressed=${chosen ? 'true' : 'false'}
      @click=${() => chosen || tell(this, 'what-if-choose', { site: each })}
    >${SITE_NAMES[each]}</button>`;
  }

  /** Each layer has a head of a number. */
  #head() {
    const { head, heads } = this;
    const choose = (event: Event) => tell(this, 'what-if-choose', { head: Number((event.target as HTMLSelectElement).value) });
    return html`<select aria-label="Which head of each layer" @change=${choose}>
      ${Array.from({ length: heads }, (_, i) => html`<option value=${i} .selected=${live(i === head)}>head ${i}</option>`)}
    </select>`;
  }

  protected override render() {
    const [parts, ...sites] = COMPARISONS;
    return html`<div class="bar small">
      <span role="group" aria-label="What is compared">
        ${this.#choice(parts)}
        <span class="grey">or, from the first into the second:</span>
        ${sites.map((site) => this.#choice(site))}
      </span>
      ${this.site === 'z_by_position' ? this.#head() : nothing}
      ${workRow(this, this.patches, 'Activations put in', { saysWhy: false })}
    </div>`;
  }

  static override styles = [base, choices];
}
