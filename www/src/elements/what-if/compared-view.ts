import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SIDES, type Compared } from '../../state/compared';
import { REMOVABLE } from '../../state/effects';
import type { Shown } from '../../state/picture';
import type { Alone } from '../../state/slides';
import type { HoverStore } from '../../stores/view';
import { signed } from '../../words/format';
import { SIDE_NAMES } from '../../words/patching';
import '../answer/answer-charts';
import { base } from '../styles';
import './compared-panel';

/** Who wrote either sentence's answer, side by side, and the difference: on one scale. */
@customElement('compared-view')
export class ComparedView extends LitElement {
  /** What is under the pointer: all charts show it. */
  @property({ attribute: false }) hover!: HoverStore;
  @property({ attribute: false }) compared!: Compared;
  @property() unit: Shown = 'head';
  /** The one unit that is shown, if that is to be seen by many. */
  @property({ reflect: true }) alone?: Alone;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  /** Heads in a layer of the model: rows of a chart. */
  @property({ type: Number }) heads = 12;
  /** What is said in place of charts. */
  @property() instead = '';
  /** Whether they do not answer the current question. */
  @property({ type: Boolean }) stale = false;

  protected override render() {
    const { hover, compared, unit, selected, theme, heads, instead, stale } = this;
    const { sides, problem } = compared;
    if (problem) return html`<p class="wrong small" role="alert">${problem}</p>`;
    return html`
      ${SIDES.map((side) => {
        const picture = instead ? undefined : sides?.[side];
        const [logit] = picture?.attributions.component.logit ?? [];
        return html`<section aria-label=${SIDE_NAMES[side]}>
          <h2>${SIDE_NAMES[side]} <span class="mono">${logit === undefined ? '' : signed(logit)}</span></h2>
          <answer-charts
            .hover=${hover}
            .picture=${picture}
            .units=${REMOVABLE.filter((unit) => !this.alone || unit === this.alone)}
            .selected=${selected}
            .theme=${theme}
            .heads=${heads}
            .stale=${stale}
            .instead=${side === 'clean' ? instead : ''}
          ></answer-charts>
        </section>`;
      })}
      <compared-panel ?hidden=${this.alone} .compared=${compared} .unit=${unit} .selected=${selected}></compared-panel>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr)) 368px;
        gap: 8px;
        min-width: 0;
      }
      section {
        display: grid;
        grid-template-rows: auto 1fr;
        min-width: 0;
      }
      h2 {
        display: flex;
        justify-content: space-between;
        padding: 0 12px;
        font-size: var(--small);
      }
      compared-panel {
        margin-left: 16px;
      }
      .wrong {
        grid-column: 1 / -1;
      }
      :host([alone]) {
        grid-template: minmax(0, 1fr) / repeat(3, minmax(0, 1fr));
      }
      :host([alone]) section {
        grid-template-rows: auto minmax(0, 1fr);
      }
      @media (max-width: 1023px) {
        :host {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
        compared-panel {
          grid-column: 1 / -1;
          margin-left: 0;
        }
      }
      @media (max-width: 720px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
}
