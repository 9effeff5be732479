import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PatchCell, PatchGrid, PatchView } from '../../api/logitscope';
import { exported } from '../../state/contrast';
import { type Patches } from '../../state/patching';
import { sourceName } from '../../state/source';
import { fileName, promptText, signed } from '../../words/format';
import { cellName, SITE_NAMES } from '../../words/patching';
import { asked } from '../../words/trail';
import '../answer/download-row';
import { address, commented, quoted, saveAs, SIZES, type Format, type Look } from '../answer/save';

/** The heatmap as a picture, and its numbers. */
@customElement('patch-downloads')
export class PatchDownloads extends LitElement {
  @property({ attribute: false }) grid!: PatchGrid;
  @property({ attribute: false }) patches!: Patches;
  /** Of heads by token, which head of each layer. */
  @property({ type: Number }) head = 0;
  @property({ attribute: false }) cells: PatchCell[] = [];

  readonly #save = async (format: Format, look: Look): Promise<void> => {
    const { picture, site } = this.patches;
    if (!picture) return;
    const view: PatchView = { ...SIZES[look.size], theme: look.theme, head: this.head, caption: this.#caption() };
    await saveAs(fileName('logitscope', sourceName(picture.source), 'patch', site, picture.answer.text), format, {
      canvas: () => {
        const canvas = document.createElement('canvas');
        this.grid.draw(canvas, view);
        return canvas;
      },
      svg: () => this.grid.svg(view),
      csv: () => this.#csv(),
      json: () => this.#json(),
      caption: () => this.#caption(),
    });
  };

  /** What a picture or a table has to say to stand alone. */
  #caption(): string[] {
    const { picture, tokens = [], patching, site } = this.patches;
    if (!picture || !patching) return [];
    const second = promptText({ ...picture, tokens });
    return [
      `“${promptText(picture)}” ${asked(picture)} Into “${second}”: ${site === 'z_by_position' ? `${SITE_NAMES.z} of head ${this.head} of each layer, by token` : SITE_NAMES[site]}. Logits: first ${signed(patching.clean)}, second ${signed(patching.corrupted)}.`,
      `Model: ${sourceName(picture.source)}.`,
      address(),
    ];
  }

  #csv(): string {
    const { head } = this;
    const { picture, site } = this.patches;
    const rows = [...this.cells]
      .sort((a, b) => a.layer - b.layer || a.row - b.row)
      .map(({ layer, row, logit, value }) => [layer, row, quoted(picture ? cellName({ site, head }, [layer, row], picture) : ''), logit, value].join(','));
    return commented(this.#caption(), ['layer,row,name,logit,value', ...rows]);
  }

  #json(): string {
    const { picture, tokens, patching } = this.patches;
    const { source, bos, answer } = picture ?? {};
    return JSON.stringify({ model: source && sourceName(source), clean_tokens: picture?.tokens, corrupted_tokens: tokens, bos, answer, ...(picture && exported(picture)), ...patching }, null, 2);
  }

  protected override render() {
    return html`<download-row .of=${this.patches.patching} name="Patching" .save=${this.#save}></download-row>`;
  }
}
