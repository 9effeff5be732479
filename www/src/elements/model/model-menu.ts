import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { KeptModel, Engine } from '../../api/logitscope';
import { isModel, type Model } from '../../state/model';
import { BUNDLED, HUB_MODELS, parseSource, sourceKey, sourceName, sourceOfFolder, type Source } from '../../state/source';
import { bytes, sentence, visible } from '../../words/format';
import { tell } from '../events';
import { placeUnder } from '../popover';
import { base } from '../styles';
import { submitted } from '../submitted';

function computing({ threads, simd }: Engine): string {
  return `on ${threads === 1 ? 'one thread' : `${threads} threads`} with ${simd === 'simd128' ? 'SIMD' : 'relaxed SIMD'}`;
}

function beginning({ bos, hasTokenizer }: Model): string {
  if (!hasTokenizer) return ' It has no tokenizer: prompts are token ids.';
  return bos ? ` Prompts begin with ${visible(bos.text)}, named by ${bos.namedBy}.` : '';
}

/** Which model: bundled, from the hub, from any folder, from this device, or kept from before. */
@customElement('model-menu')
export class ModelMenu extends LitElement {
  /** In use. */
  @property({ attribute: false }) model?: Model;
  /** On its way. */
  @property({ attribute: false }) wanted?: Source;
  /** In the browser's storage, as of when `kept-list` was last told. */
  @property({ attribute: false }) kept: readonly KeptModel[] = [];
  @query('#menu') private menu!: HTMLElement;
  @query('#open') private button!: HTMLElement;
  @state() private wrong = '';

  #toggled(event: ToggleEvent): void {
    if (event.newState !== 'open') return;
    placeUnder(this.menu, this.button);
    tell(this, 'kept-list');
  }

  #open(source: Source): void {
    this.menu.hidePopover();
    tell(this, 'model-open', source);
  }

  #submit(event: Event): void {
    const text = String(submitted(event)?.get('model') ?? '');
    this.wrong = '';
    try {
      this.#open(parseSource(text));
    } catch (error) {
      this.wrong = sentence(error);
    }
  }

  #files(event: Event): void {
    const input = event.target as HTMLInputElement;
    this.menu.hidePopover();
    tell(this, 'files-open', [...(input.files ?? [])]);
    input.value = '';
  }

  #delete(url: string): void {
    tell(this, 'kept-delete', url);
    this.menu.focus();
  }

  #choice(source: Source, name: string, note: string) {
    const chosen = this.model && isModel(this.model, source);
    return html`<li>
      <button type="button" aria-current=${chosen ? 'true' : 'false'} @click=${() => this.#open(source)}>
        <span>${name}</span> <span class="grey">${note}</span>
      </button>
    </li>`;
  }

  protected override render() {
    const { model, wanted } = this;
    const config = model?.config;
    const isKept = (source: Source) => this.kept.some(({ url, complete }) => complete && sourceKey(sourceOfFolder(url)) === sourceKey(source));
    const kept = this.kept.filter(({ url }) => sourceOfFolder(url).kind !== 'bundled');
    return html`
      <button type="button" id="open" popovertarget="menu" aria-label="Model: ${model ? sourceName(model.source) : 'none'}">
        ${model ? sourceName(model.source) : wanted ? sourceName(wanted) : 'no model'} ▾
      </button>
      ${config ? html`<span class="facts small grey">${config.n_layer} layers · ${config.n_head} heads</span>` : nothing}
      <div id="menu" popover role="dialog" aria-label="Models" tabindex="-1" @toggle=${this.#toggled}>
        <ul>
          ${this.#choice(BUNDLED, 'bundled model', 'small, at once, no download')}
          ${HUB_MODELS.map(({ id, bytes: size, layers }) => {
            const source: Source = { kind: 'hub', id };
            return this.#choice(source, id, `${layers} layers, ${isKept(source) ? 'kept in this browser' : bytes(size)}`);
          })}
        </ul>
        <form novalidate>
          <label for="model" class="small">Another GPT-2, from the Hugging Face hub or any folder</label>
          <div class="row">
            <input id="model" name="model" autocomplete="off" spellcheck="false" placeholder="owner/name@revision or https://…/" aria-describedby=${this.wrong ? 'wrong' : nothing} aria-invalid=${this.wrong ? 'true' : 'false'} />
            <button class="main" @click=${(event: Event) => this.#submit(event)}>Load</button>
          </div>
          ${this.wrong ? html`<p id="wrong" class="small wrong" role="alert">${this.wrong}</p>` : nothing}
        </form>
        <div class="row">
          <label class="button main">
            Open files…
            <input class="unseen" type="file" multiple accept=".json,.safetensors,.bin,.txt" aria-label="Open a model’s files" @change=${(event: Event) => this.#files(event)} />
          </label>
          <span class="small grey">config.json, the weights and the tokenizer. Or drop their folder anywhere.</span>
        </div>
        ${kept.length
          ? html`<h2 class="small">Kept in this browser</h2>
              <ul>
                ${kept.map(({ url, bytes: size, complete }) => {
                  const source = sourceOfFolder(url);
                  return html`<li class="kept">
                    <button type="button" @click=${() => this.#open(source)}>
                      <span>${sourceName(source)}</span> <span class="grey">${bytes(size)}${complete ? '' : ', incomplete'}</span>
                    </button>
                    <button type="button" aria-label="Delete ${sourceName(source)}" @click=${() => this.#delete(url)}>Delete</button>
                  </li>`;
                })}
              </ul>`
          : nothing}
        ${model ? html`<p class="small grey">${sourceName(model.source)} runs in this tab, ${computing(model.engine)}.${beginning(model)}</p>` : nothing}
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
        min-width: 0;
      }
      #open {
        max-width: 320px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      #menu {
        width: 448px;
        padding: 16px 8px;
      }
      #menu > :not(ul) {
        margin-inline: 8px;
      }
      #menu:popover-open {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
      }
      li button:first-child {
        display: flex;
        flex: 1;
        justify-content: space-between;
        align-items: center;
        gap: 8px;
        width: 100%;
        min-width: 0;
        text-align: left;
        overflow-wrap: anywhere;
      }
      li button[aria-current='true'] {
        background: var(--accent-ground);
      }
      .kept {
        display: flex;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .row input:not(.unseen) {
        flex: 1;
        min-width: 0;
      }
      .button {
        display: inline-flex;
        flex: none;
        align-items: center;
        border-color: var(--accent);
      }
      .button:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: 1px;
      }
      h2 {
        font-weight: 400;
        color: var(--grey);
        margin-bottom: -8px;
      }
      @media (max-width: 720px) {
        #open {
          max-width: min(240px, 52vw);
        }
        .facts {
          display: none;
        }
      }
    `,
  ];
}
