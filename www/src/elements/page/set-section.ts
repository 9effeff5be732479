import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { presets } from '../../state/presets';
import { isPreset } from '../../state/question';
import { namedBy } from '../../state/set';
import { unitsOf, type Alone } from '../../state/slides';
import type { Stores } from '../../stores/stores';
import { waitsFor } from '../../words/waiting';
import '../always/mean-charts';
import type { ModelShape } from '../always/mean-chart';
import '../always/set-bar';
import '../always/set-panel';
import type { Telling } from '../events';
import { base } from '../styles';
import { Watch } from '../watch';

/** The same question of many prompts. */
@customElement('set-section')
export class SetSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** The one chart that is shown of it, if that is to be seen by many. */
  @property({ reflect: true }) alone?: Alone;
  /** Whether each prompt is a dot. */
  @state() private dots = false;
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, view, set } = this.stores;
    return [theme, models, question, answer, view, set];
  });

  /** Makes a prompt of the set the page's question; going back in the browser's history leads here again. */
  async #open(index: number): Promise<void> {
    const { models, question, view, set } = this.stores;
    const opened = set.state.set?.prompts[index];
    const { scope } = models;
    if (!scope || !opened) return;
    const { prompt, tokens = [], answer } = opened;
    const { byProbability } = question.state;
    const [incorrect, ...more] = byProbability ? [] : namedBy(opened);
    const text = prompt ?? (scope.hasTokenizer ? await scope.text(tokens) : tokens.join(', '));
    const word = (of: string | number | undefined) => (typeof of === 'number' ? `#${of}` : (of ?? ''));
    view.showTab('who');
    question.anchor = undefined;
    const asked = { prompt: text, prependBos: prompt !== undefined, generated: [], position: null, more: more.map(word), byProbability, trail: [] };
    question.renew({ ...asked, answer: word(answer), incorrect: word(incorrect) }, ['answer', 'incorrect']);
  }

  #instead(): string {
    const { models, question, view, set } = this.stores;
    if (!models.state.model || models.state.loading) return waitsFor(models.state, question.state, {});
    const { work, set: asked, attributions, problem } = set.state;
    if (problem) return '';
    if (asked && attributions?.component.failed.length === asked.prompts.length) return 'None of these prompts could be asked. The reasons are in the list.';
    return asked || work || view.state.set !== null ? 'Asking the prompts.' : 'Is it always so? Ask the same of a hundred sentences like this one, or of your own: the charts show the mean of each part, and how it varies.';
  }

  protected override render() {
    const { theme, models, question, answer, view, hover, set } = this.stores;
    const { picture } = answer.state;
    const { config } = models.state.model ?? {};
    const model: ModelShape = [config?.n_layer ?? picture?.layers ?? 1, config?.n_head ?? picture?.heads ?? 1];
    const { selected, unit } = view.state;
    return html`
      <set-bar
        .always=${set.state}
        .preset=${presets.find((preset) => isPreset(preset, question.state))}
        .chosen=${view.state.set}
        .dots=${this.dots}
        ?data-asked=${set.state.set}
        @set-choose=${({ detail }: Telling<'set-choose'>) => view.showSet(detail)}
        @set-give=${({ detail }: Telling<'set-give'>) => set.give(detail.text, detail.name)}
        @set-dots=${({ detail }: Telling<'set-dots'>) => (this.dots = detail)}
        @set-effects=${() => set.measureEffects()}
        @what-if-choose=${({ detail }: Telling<'what-if-choose'>) => view.suppose(detail)}
        @work-stop=${() => set.stop()}
        @work-again=${() => set.again()}
      ></set-bar>
      <mean-charts
        .hover=${hover}
        .always=${set.state}
        .model=${model}
        .units=${unitsOf(this.alone)}
        .dots=${this.dots}
        .selected=${selected}
        .theme=${theme.state.theme}
        .instead=${this.#instead()}
      ></mean-charts>
      <set-panel
        ?hidden=${this.alone}
        .always=${set.state}
        .picture=${picture}
        .unit=${unit}
        .model=${model}
        .dots=${this.dots}
        .linked=${view.state.set !== null}
        .selected=${selected}
        @prompt-open=${({ detail }: Telling<'prompt-open'>) => this.#open(detail)}
      ></set-panel>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template: auto 1fr / minmax(0, 1fr) 400px;
        gap: 8px 24px;
        min-width: 0;
      }
      set-bar {
        grid-column: 1 / -1;
      }
      @media (max-width: 1023px) {
        :host {
          grid-template: auto / minmax(0, 1fr);
        }
      }
      :host([alone]) {
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
        row-gap: 0;
      }
      :host([alone]) set-bar[data-asked] {
        display: none;
      }
      :host([alone]) mean-charts {
        grid-row: 2;
      }
    `,
  ];
}
