import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isStepping } from '../../state/model';
import { waitsFor } from '../../words/waiting';
import type { Stores } from '../../stores/stores';
import '../answer/answer-charts';
import '../answer/answer-panel';
import '../answer/path-trail';
import type { Telling } from '../events';
import { base } from '../styles';
import { Watch } from '../watch';

/** What the page opens with has so many heads in a layer: the charts' place is as high as they will be. */
const BUNDLED_HEADS = 8;

/** The answer: the way in, the three charts, and the selected part in numbers. */
@customElement('answer-section')
export class AnswerSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  // What is hovered concerns the charts alone, which watch it themselves.
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, view, part } = this.stores;
    return [theme, models, question, answer, view, part];
  });

  protected override render() {
    const { theme, models, question, answer, view, hover, part } = this.stores;
    const { model } = models.state;
    const { picture, pending, problems } = answer.state;
    const { unit, selected } = view.state;
    const busy = pending || isStepping(models.state);
    const stale = busy || !model || !answer.answered;
    return html`<section
      aria-label="The answer"
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => view.select(detail)}
      @unit-choose=${({ detail }: Telling<'unit-choose'>) => view.showUnit(detail)}
    >
      ${picture?.trail.length ? html`<path-trail .picture=${picture}></path-trail>` : nothing}
      <answer-charts
        .hover=${hover}
        .picture=${picture}
        .selected=${selected}
        .theme=${theme.state.theme}
        .heads=${model?.config.n_head ?? picture?.heads ?? BUNDLED_HEADS}
        .busy=${busy}
        .stale=${stale}
        .instead=${waitsFor(models.state, question.state, problems)}
      ></answer-charts>
      <answer-panel
        ?inert=${Object.values(problems).some(Boolean)}
        .picture=${picture}
        .unit=${unit}
        .selected=${selected}
        .taken=${part.state}
        .theme=${theme.state.theme}
        .stale=${Boolean(picture) && stale}
      ></answer-panel>
    </section>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
      }
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 368px;
        gap: 24px;
        padding-top: 8px;
        border-top: 1px solid var(--hairline);
      }
      path-trail {
        grid-column: 1 / -1;
      }
      section:has(path-trail) {
        grid-template-rows: auto 1fr;
        row-gap: 8px;
      }
      @media print {
        :host,
        section {
          display: block;
        }
      }
      @media (max-width: 1023px) {
        section {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
}
