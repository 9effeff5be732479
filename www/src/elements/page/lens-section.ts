import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { tokensExpected } from '../../state/question';
import type { Alone } from '../../state/slides';
import type { Stores } from '../../stores/stores';
import { TWO_SCALES } from '../../words/lens';
import { waitsFor } from '../../words/waiting';
import '../answer/answer-charts';
import type { Telling } from '../events';
import '../lens/lens-bar';
import '../lens/lens-view';
import { base } from '../styles';
import { Watch } from '../watch';

/** When it was known: the lens, and beside it what had been added up by then at the final scale. */
@customElement('lens-section')
export class LensSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** The one chart that is shown of it, if that is to be seen by many. */
  @property({ reflect: true }) alone?: Alone;
  /** Whether another picture is on its way, and whether the picture does not answer the current question. */
  @property({ type: Boolean }) busy = false;
  @property({ type: Boolean }) stale = false;
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, view, lens } = this.stores;
    return [theme, models, question, answer, view, lens];
  });

  protected override render() {
    const { theme, models, question, answer, view, hover, lens } = this.stores;
    const { busy, stale } = this;
    const { picture, tokens, problems } = answer.state;
    const { when, selected } = view.state;
    return html`
      <lens-bar
        .shade=${when.shade}
        .seen=${lens.state}
        @shade-choose=${({ detail }: Telling<'shade-choose'>) => view.shadeBy(detail)}
        @work-stop=${() => lens.stop()}
        @work-again=${() => lens.again()}
      ></lens-bar>
      <lens-view
        .picture=${picture}
        .seen=${lens.state}
        .when=${when}
        ?alone=${this.alone}
        .theme=${theme.state.theme}
        .rows=${picture?.tokens.length ?? (tokens.length || tokensExpected(question.state))}
        .instead=${waitsFor(models.state, question.state, problems)}
        .stale=${stale}
        @state-select=${({ detail }: Telling<'state-select'>) => view.selectState(detail)}
        @said-choose=${({ detail }: Telling<'said-choose'>) => answer.chooseAt(detail.position, detail.prediction)}
      >
        <div class="sum" ?hidden=${this.alone}>
          <h2>Running sum, at the final scale</h2>
          <p class="small grey">${TWO_SCALES}</p>
          <answer-charts
            .hover=${hover}
            .picture=${picture}
            .units=${['layer']}
            .selected=${selected}
            .theme=${theme.state.theme}
            .busy=${busy}
            .stale=${stale}
          ></answer-charts>
        </div>
      </lens-view>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-rows: auto 1fr;
        gap: 4px;
        min-width: 0;
      }
      .sum {
        display: grid;
        grid-template-rows: auto auto 150px;
        min-width: 0;
      }
      :host([alone]) {
        grid-template-rows: minmax(0, 1fr);
      }
      :host([alone]) lens-bar {
        display: none;
      }
      @media print {
        .sum {
          display: block;
        }
      }
      @media (max-width: 720px) {
        .sum {
          grid-template-rows: auto auto auto;
        }
      }
    `,
  ];
}
