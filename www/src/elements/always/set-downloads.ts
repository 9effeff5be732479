import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Chart, type ChartView } from '../../api/logitscope';
import type { Shown } from '../../state/picture';
import { distances, momentsOf, namedBy, valuesOf, type Always } from '../../state/set';
import { sourceName, type Source } from '../../state/source';
import { fileName, sentence } from '../../words/format';
import { allAddUp, overall, replaced } from '../../words/set';
import { UNIT_NAMES } from '../../words/units';
import '../answer/download-row';
import { address, cell, commented, saveAs, SIZES, type Format, type Look } from '../answer/save';
import { base } from '../styles';
import { meanChart, type ModelShape } from './mean-chart';

/** A set's chart as a picture, and its numbers: of parts, and of prompts. */
@customElement('set-downloads')
export class SetDownloads extends LitElement {
  @property({ attribute: false }) always!: Always;
  @property() unit: Shown = 'head';
  @property({ attribute: false }) source?: Source;
  @property({ attribute: false }) model: ModelShape = [1, 1];
  @property({ type: Boolean }) dots = false;
  /** Whether a link leads to the set. */
  @property({ type: Boolean }) linked = false;
  @state() private problem = '';

  get #model(): string {
    return this.source ? sourceName(this.source) : '';
  }

  readonly #save = (format: Format, look: Look): Promise<void> => {
    const { always, unit } = this;
    const view: ChartView = { ...SIZES[look.size], theme: look.theme, caption: this.#caption() };
    return saveAs(fileName('logitscope', this.#model, 'always', unit, always.set?.name ?? ''), format, {
      canvas: () => {
        const canvas = document.createElement('canvas');
        this.#own((chart) => chart.draw(canvas, view));
        return canvas;
      },
      svg: () => this.#own((chart) => chart.svg(view)) ?? '',
      csv: () => this.#csv(),
      json: () => this.#json(),
      caption: () => this.#caption(),
    });
  };

  /** Drawn by a chart of its own: the one on the page answers for where it was last drawn. */
  #own<T>(draw: (chart: Chart) => T): T | undefined {
    const chart = meanChart(this.always, this.unit, this.model, this.dots);
    const drawn = chart && draw(chart);
    chart?.free();
    return drawn;
  }

  #caption(): string[] {
    const { always, linked } = this;
    const without = replaced(always);
    return [`${sentence(always.set?.name)} ${overall(always)}`, ...(without ? [`Lost without a part: ${without}.`] : []), `Model: ${this.#model}. ${allAddUp(always).slice(2)}`, ...(linked ? [address()] : [])];
  }

  /** A row a part. */
  #csv(): string {
    const { always, unit } = this;
    const labels = always.attributions?.[unit].labels ?? [];
    const roles = unit === 'head' ? Object.keys(always.sources?.roles ?? {}) : [];
    const rows = labels.map((label) => {
      const part = momentsOf(always, label);
      const looks = roles.flatMap((role): (string | number)[] => {
        const of = part?.roles.find((each) => each.role === role);
        return of ? [of.pattern.mean, of.pattern.sd, of.attribution.mean, of.attribution.sd] : ['', '', '', ''];
      });
      const lost = part?.effect ? [part.effect.mean, part.effect.sd] : ['', ''];
      return [label, part?.n, part?.mean, part?.sd, part?.same, ...lost, ...looks].map(cell).join(',');
    });
    const looks = roles.flatMap((role) => [`${role} pattern`, `${role} pattern sd`, `${role} attribution`, `${role} attribution sd`]);
    const head = ['label', 'n', 'mean', 'sd', 'same sign', 'effect', 'effect sd', ...looks].map(cell).join(',');
    return commented(this.#caption(), [head, ...rows]);
  }

  /** A row a prompt, with what each part of the unit adds. */
  #prompts(): string {
    const { set, attributions } = this.always;
    const of = attributions?.[this.unit];
    const far = distances(this.always);
    const named = (of?.prompts ?? []).map(({ index }) => namedBy(set?.prompts[index] ?? { answer: '' }));
    const most = Math.max(1, ...named.map((tokens) => tokens.length));
    const columns = (of?.labels ?? []).map((_, i) => (of ? valuesOf(of, i) : []));
    const rows = (of?.prompts ?? []).map(({ index, position, logit, right, answer, likeliest, error }, k) => {
      const { prompt, tokens } = set?.prompts[index] ?? {};
      const compared = Array.from({ length: most }, (_, i) => named[k]?.[i]);
      const found = [logit, right, answer.probability, answer.rank, likeliest.text, far[k], error];
      return [index, prompt ?? tokens?.join(' '), answer.text, ...compared, position, ...found, ...columns.map((column) => column[k])].map(cell).join(',');
    });
    const found = ['logit', 'right', 'probability', 'rank', 'likeliest', 'sds from the mean', 'error'];
    const head = ['index', 'prompt', 'answer', ...Array.from({ length: most }, () => 'incorrect'), 'position', ...found, ...(of?.labels ?? [])].map(cell).join(',');
    return commented(this.#caption(), [head, ...rows]);
  }

  #json(): string {
    const { set, attributions, sources, effects, removal, byProbability } = this.always;
    const of = attributions?.[this.unit];
    const plain = (_: string, value: unknown) => (value instanceof Float64Array ? [...value] : value);
    const lost = this.unit === 'layer' ? undefined : effects[this.unit];
    const contrast = byProbability ? 'log-probability' : undefined;
    return JSON.stringify({ model: this.#model, set, contrast, ...of, roles: sources?.roles, heads: sources?.labels, effects: lost && { ...removal, ...lost } }, plain, 2);
  }

  async #savePrompts(): Promise<void> {
    this.problem = '';
    const none = () => '';
    try {
      const name = fileName('logitscope', this.#model, 'prompts', this.unit, this.always.set?.name ?? '');
      await saveAs(name, 'csv', { canvas: () => document.createElement('canvas'), svg: none, json: none, csv: () => this.#prompts(), caption: () => this.#caption() });
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  protected override render() {
    return html`
      <download-row .of=${this.always.attributions} .name=${UNIT_NAMES[this.unit]} .save=${this.#save}></download-row>
      <button type="button" @click=${() => this.#savePrompts()}>The prompts, one a row, as CSV</button>
      ${this.problem ? html`<p class="small wrong" role="alert">${this.problem}</p>` : ''}
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        justify-items: stretch;
      }
      button {
        justify-self: end;
      }
    `,
  ];
}
