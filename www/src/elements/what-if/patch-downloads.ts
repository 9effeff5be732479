import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PatchCell, PatchGrid, PatchView } from '../../api/logitscope';
import { type Patches } from '../../state/patching';
import { sourceName } from '../../state/source';
import { asked } from '../../words/explain';
import { fileName, promptText, signed } from '../../words/format';
import { cellName, SITE_NAMES } from '../../words/patching';
import '../answer/download-row';
import { png } from '../answer/png';
import { commented, saveAs, SIZES, type Format, type Look } from '../answer/save';

/** The heatmap as a picture, and its numbers. */
@customElement('patch-downloads')
export class PatchDownloads extends LitElement {
  @property({ attribute: false }) grid!: PatchGrid;
  @property({ attribute: false }) patches!: Patches;
  @property({ attribute: false }) cells: PatchCell[] = [];

  readonly #save = async (format: Format, look: Look): Promise<void> => {
    const { picture, site } = this.patches;
    if (!picture) return;
    const name = fileName('logitscope', sourceName(picture.source), 'patch', site, picture.answer.text);
    saveAs(await this.#content(format, look), `${name}.${format}`);
  };

  async #content(format: Format, look: Look): Promise<Blob> {
    const view: PatchView = { ...SIZES[look.size], theme: look.theme, caption: this.#caption() };
    switch (format) {
      case 'png': {
        const canvas = document.createElement('canvas');
        this.grid.draw(canvas, view);
        return png(canvas);
      }
      case 'svg':
        return new Blob([this.grid.svg(view)], { type: 'image/svg+xml' });
      case 'csv':
        return new Blob([this.#csv()], { type: 'text/csv' });
      case 'json':
        return new Blob([this.#json()], { type: 'application/json' });
    }
  }

  /** What a picture or a table has to say to stand alone. */
  #caption(): string[] {
    const { picture, tokens = [], patching, site } = this.patches;
    if (!picture || !patching) return [];
    const second = promptText({ ...picture, tokens });
    return [
      `“${promptText(picture)}” ${asked(picture)} Into “${second}”: ${SITE_NAMES[site]}. Logits: first ${signed(patching.clean)}, second ${signed(patching.corrupted)}.`,
      `Model: ${sourceName(picture.source)}.`,
      location.href.length > 400 ? `${location.origin}${location.pathname}` : location.href,
    ];
  }

  #csv(): string {
    const { picture, site } = this.patches;
    const rows = [...this.cells]
      .sort((a, b) => a.layer - b.layer || a.row - b.row)
      .map(({ layer, row, logit, value }) => [layer, row, JSON.stringify(picture ? cellName(site, [layer, row], picture) : ''), logit, value].join(','));
    return commented(this.#caption(), ['layer,row,name,logit,value', ...rows]);
  }

  #json(): string {
    const { picture, tokens, patching } = this.patches;
    const { source, answer, incorrect } = picture ?? {};
    return JSON.stringify({ model: source && sourceName(source), clean_tokens: picture?.tokens, corrupted_tokens: tokens, answer, incorrect, ...patching }, null, 2);
  }

  protected override render() {
    return html`<download-row .of=${this.patches.patching} name="Patching" .save=${this.#save}></download-row>`;
  }
}
