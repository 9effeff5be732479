import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Chart } from '../../api/logitscope';
import { UNITS, byUnit, type Shown } from '../../state/picture';
import type { Always } from '../../state/set';
import type { HoverStore } from '../../stores/view';
import '../answer/answer-charts';
import { base } from '../styles';
import { meanChart, type ModelShape } from './mean-chart';

type Charts = Record<Shown, Chart>;

/** The three charts of a set's means. */
@customElement('mean-charts')
export class MeanCharts extends LitElement {
  /** What is under the pointer: all three charts show it. */
  @property({ attribute: false }) hover!: HoverStore;
  @property({ attribute: false }) always!: Always;
  @property({ attribute: false }) model: ModelShape = [1, 1];
  /** Which of the three. */
  @property({ attribute: false }) units: readonly Shown[] = UNITS;
  /** Whether each prompt is a dot. */
  @property({ type: Boolean }) dots = false;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  /** What is said in place of charts. */
  @property() instead = '';
  #charts?: Charts;
  /** What the charts may still move from. */
  #retired?: Charts;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('always');
    const same = before?.attributions === this.always.attributions && before?.effects === this.always.effects;
    if (this.#charts && !changed.has('dots') && (!changed.has('always') || same)) return;
    const charts = UNITS.flatMap((unit) => meanChart(this.always, unit, this.model, this.dots) ?? []);
    freeLater(this.#retired);
    this.#retired = this.#charts;
    this.#charts = charts.length === UNITS.length ? byUnit(charts) : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const charts of [this.#charts, this.#retired]) freeLater(charts);
    this.#charts = this.#retired = undefined;
  }

  protected override render() {
    const { hover, selected, theme, instead, model } = this;
    return html`<answer-charts
      .hover=${hover}
      .picture=${this.#charts && { charts: this.#charts }}
      .units=${this.units}
      .selected=${selected}
      .theme=${theme}
      .heads=${model[1]}
      .instead=${instead}
    ></answer-charts>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        min-width: 0;
      }
    `,
  ];
}

/** What was told to draw them may be about to. */
function freeLater(charts: Charts | undefined): void {
  setTimeout(() => UNITS.forEach((unit) => charts?.[unit].free()));
}
