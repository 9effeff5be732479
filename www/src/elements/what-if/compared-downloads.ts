import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Chart, type ChartView } from '../../api/logitscope';
import { SIDES, type Side } from '../../state/compared';
import { exported } from '../../state/contrast';
import type { Picture, Shown } from '../../state/picture';
import { sourceName } from '../../state/source';
import { decimals, fileName, promptText, scientific, signed } from '../../words/format';
import { SIDE_NAMES } from '../../words/patching';
import { asked, subjectOf } from '../../words/trail';
import { UNIT_NAMES } from '../../words/units';
import '../answer/download-row';
import { address, commented, saveAs, SIZES, type Format, type Look } from '../answer/save';

/** The three charts of a unit below one another, the last with what they need to stand alone. */
const SHARE = 0.5;
const CAPTION = 96;

/** Both sentences and the difference as one picture, and in numbers. */
@customElement('compared-downloads')
export class ComparedDownloads extends LitElement {
  @property({ attribute: false }) sides!: Readonly<Record<Side, Picture>>;
  @property() unit: Shown = 'head';

  readonly #save = (format: Format, look: Look): Promise<void> => {
    const { source, answer } = this.sides.clean;
    return saveAs(fileName('logitscope', sourceName(source), 'compared', this.unit, answer.text), format, {
      canvas: () => this.#drawn(look),
      svg: () => this.#svg(look),
      csv: () => this.#csv(),
      json: () => this.#json(),
      caption: () => this.#caption(),
    });
  };

  /** Each side's chart with how it is looked at, and where in the picture it begins. */
  #charts({ size, theme }: Look): { chart: Chart; view: ChartView; top: number }[] {
    const { width, height, pixelRatio } = SIZES[size];
    const each = Math.round(height * SHARE);
    return SIDES.map((side, i) => {
      const picture = this.sides[side];
      const chart = Chart.about(picture.attributions[this.unit], { ...subjectOf(picture), which: SIDE_NAMES[side] });
      chart.widen(...picture.charts[this.unit].span);
      const last = side === 'difference';
      const view = { width, height: last ? each + CAPTION : each, pixelRatio, theme, caption: last ? this.#caption() : [] };
      return { chart, view, top: i * each };
    });
  }

  #drawn(look: Look): HTMLCanvasElement {
    const charts = this.#charts(look);
    const whole = document.createElement('canvas');
    const { width, height, pixelRatio = 1 } = { ...SIZES[look.size], height: bottom(charts) };
    [whole.width, whole.height] = [width * pixelRatio, height * pixelRatio];
    for (const { chart, view, top } of charts) {
      const canvas = document.createElement('canvas');
      chart.draw(canvas, view);
      chart.free();
      whole.getContext('2d')?.drawImage(canvas, 0, top * pixelRatio);
    }
    return whole;
  }

  #svg(look: Look): string {
    const charts = this.#charts(look);
    const { width } = SIZES[look.size];
    const drawn = charts.map(({ chart, view, top }) => {
      const svg = chart.svg(view).replace('<svg ', `<svg y="${top}" `);
      chart.free();
      return svg;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom(charts)}">\n${drawn.join('')}</svg>\n`;
  }

  #caption(): string[] {
    const { clean, corrupted, difference } = this.sides;
    const { total, logit, bias, error } = difference.attributions[this.unit];
    const [sum = NaN, whole = NaN, b = NaN, off = NaN] = [total[0], logit[0], bias[0], error[0]];
    const said = ({ attributions }: Picture) => signed(attributions.component.logit[0] ?? NaN);
    return [
      `First: “${promptText(clean)}” ${asked(clean)} ${said(clean)}. Second: “${promptText(corrupted)}” ${said(corrupted)}.`,
      `Model: ${sourceName(clean.source)}. The differences add up: ${decimals(sum)} = ${decimals(whole)} − (${decimals(b)}), to ${scientific(off)}.`,
      address(),
    ];
  }

  #csv(): string {
    const { labels } = this.sides.clean.attributions[this.unit];
    const rows = labels.map((label, i) => [label, ...SIDES.map((side) => this.sides[side].attributions[this.unit].attribution[i])].join(','));
    return commented(this.#caption(), ['label,first,second,difference', ...rows]);
  }

  #json(): string {
    const { clean, corrupted } = this.sides;
    const { source, bos, answer, position } = clean;
    const numbers = SIDES.map((side) => {
      const { attribution, logit, bias, total, error } = this.sides[side].attributions[this.unit];
      return [side, { attribution: [...attribution], logit, bias, total, error }];
    });
    const { unit } = this;
    const asked = { model: sourceName(source), clean_tokens: clean.tokens, corrupted_tokens: corrupted.tokens, bos, position, answer, ...exported(clean) };
    return JSON.stringify({ ...asked, unit, labels: clean.attributions[unit].labels, ...Object.fromEntries(numbers) }, null, 2);
  }

  protected override render() {
    return html`<download-row .of=${this.sides} name="${UNIT_NAMES[this.unit]}, compared" .save=${this.#save}></download-row>`;
  }
}

function bottom(charts: readonly { view: ChartView; top: number }[]): number {
  return Math.max(...charts.map(({ view, top }) => top + view.height));
}
