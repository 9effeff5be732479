import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Lens, LensTable, LensView } from '../../api/logitscope';
import { WHEN, type Shade } from '../../state/lens';
import type { Picture } from '../../state/picture';
import { sourceName } from '../../state/source';
import { fileName, isolate, promptText } from '../../words/format';
import { knownWhen, SHADE_NOTES } from '../../words/lens';
import '../answer/download-row';
import { address, commented, inert, quoted, saveAs, SIZES, type Format, type Look } from '../answer/save';

/** The lens as a picture, and its numbers. */
@customElement('lens-downloads')
export class LensDownloads extends LitElement {
  @property({ attribute: false }) table!: LensTable;
  @property({ attribute: false }) lens!: Lens;
  @property({ attribute: false }) picture!: Picture;
  @property() shade: Shade = WHEN.shade;

  readonly #save = async (format: Format, look: Look): Promise<void> => {
    const { lens, picture, shade } = this;
    const row = lens.positions.indexOf(picture.position);
    const view: LensView = { ...SIZES[look.size], theme: look.theme, shade, row, caption: [...this.#caption(), address()] };
    await saveAs(fileName('logitscope', sourceName(picture.source), 'lens', picture.answer.text), format, {
      canvas: () => {
        const canvas = document.createElement('canvas');
        this.table.draw(canvas, view);
        return canvas;
      },
      svg: () => this.table.svg(view),
      csv: () => this.#csv(),
      json: () => this.#json(),
      caption: () => this.#caption(),
    });
  };

  /** What a picture or a table has to say to stand alone. */
  #caption(): string[] {
    const { lens, picture, shade } = this;
    const { tokens, position, source } = picture;
    return [
      `“${promptText({ ...picture, position: tokens.length - 1 })}” What the model would say after each token if it stopped at each state of the residual stream, by the final LayerNorm anew (logit lens). ${SHADE_NOTES[shade]}.`,
      `After ${isolate(tokens[position]?.text ?? '')}, token ${position} of ${tokens.length}, counted from 0: ${knownWhen(lens, picture)}`,
      `Model: ${sourceName(source)}.`,
    ];
  }

  #csv(): string {
    const { labels, positions, top, entropy, answer } = this.lens;
    const rows = labels.flatMap((label, state) =>
      positions.flatMap((position, row) => {
        const cell = [entropy, answer?.probability, answer?.rank].map((of) => of?.[state]?.[row] ?? '');
        return (top[state]?.[row] ?? []).map(({ rank, id, text, probability, logit }) =>
          [label, position, rank, id, quoted(escaped(inert(text))), probability, logit, ...cell].join(','),
        );
      }),
    );
    return commented([...this.#caption(), address()], ['state,position,rank,id,text,probability,logit,entropy,answer_probability,answer_rank', ...rows]);
  }

  #json(): string {
    const { source, tokens, bos, position, answer } = this.picture;
    const { answer: expected, ...lens } = this.lens;
    return JSON.stringify({ model: sourceName(source), tokens, bos, position, answer: { id: answer.id, text: answer.text, ...expected }, ...lens }, null, 2);
  }

  protected override render() {
    return html`<download-row .of=${this.lens} name="Lens" .save=${this.#save}></download-row>`;
  }
}

/** A text without breaks, as JSON has it between its quotes. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
}
