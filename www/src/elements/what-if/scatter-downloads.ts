import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Scatter, type ChartView, type Effects } from '../../api/logitscope';
import { exported } from '../../state/contrast';
import type { Picture } from '../../state/picture';
import { sourceName } from '../../state/source';
import { baselineOf } from '../../words/effects';
import { fileName, promptText } from '../../words/format';
import { asked, subjectOf, wholeName } from '../../words/trail';
import '../answer/download-row';
import { address, commented, saveAs, SIZES, type Format, type Look } from '../answer/save';

/** The scatter as a picture, and the numbers of both units. */
@customElement('scatter-downloads')
export class ScatterDownloads extends LitElement {
  @property({ attribute: false }) picture!: Picture;
  @property({ attribute: false }) component!: Effects;
  @property({ attribute: false }) head!: Effects;

  readonly #save = (format: Format, look: Look): Promise<void> => {
    const { picture } = this;
    const view: ChartView = { ...SIZES[look.size], theme: look.theme, caption: this.#caption() };
    return saveAs(fileName('logitscope', sourceName(picture.source), 'direct-total', picture.answer.text), format, {
      canvas: () => {
        const canvas = document.createElement('canvas');
        this.#own((scatter) => scatter.draw(canvas, view));
        return canvas;
      },
      svg: () => this.#own((scatter) => scatter.svg(view)),
      csv: () => this.#csv(),
      json: () => this.#json(),
      caption: () => this.#caption(),
    });
  };

  /** Drawn by a scatter of its own: the one on the page answers for where it was last drawn. */
  #own<T>(draw: (scatter: Scatter) => T): T {
    const of = [this.component, this.head];
    const all = (field: 'direct' | 'effect') => Float64Array.from(of.flatMap((effects) => effects[field]));
    const scatter = new Scatter(of.flatMap(({ labels }) => labels), all('direct'), all('effect'), subjectOf(this.picture));
    const drawn = draw(scatter);
    scatter.free();
    return drawn;
  }

  #caption(): string[] {
    const { picture, head } = this;
    return [
      `“${promptText(picture)}” ${asked(picture)} Each part’s direct effect across; up, its total effect: the ${wholeName(picture)} less what it is without the part, alone, with ${baselineOf(head, picture)}.`,
      `Model: ${sourceName(picture.source)}.`,
      address(),
    ];
  }

  #csv(): string {
    const rows = [this.component, this.head].flatMap(({ labels, direct, renormalized, effect, after }) =>
      labels.map((label, i) => [label, direct[i], renormalized[i], effect[i], after[i]].join(',')),
    );
    return commented(this.#caption(), ['label,direct,renormalized,effect,after', ...rows]);
  }

  #json(): string {
    const { picture, component, head } = this;
    const { source, tokens, bos, position, answer } = picture;
    return JSON.stringify({ model: sourceName(source), tokens, bos, position, answer, ...exported(picture), component, head }, null, 2);
  }

  protected override render() {
    return html`<download-row .of=${this.picture} name="Direct against total" .save=${this.#save}></download-row>`;
  }
}
