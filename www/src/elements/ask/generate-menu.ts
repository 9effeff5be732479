import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { ModelConfig } from '../../api/logitscope';
import { tell } from '../events';
import { placeUnder } from '../popover';
import { base } from '../styles';
import { submitted } from '../submitted';

/** Lets the model continue the prompt, and says how it chooses. */
@customElement('generate-menu')
export class GenerateMenu extends LitElement {
  /** The model's, once there is one. */
  @property({ attribute: false }) config?: ModelConfig;
  @query('#menu') private menu!: HTMLElement;
  @query('#open') private button!: HTMLElement;

  #generate(event: Event): void {
    const given = submitted(event);
    if (!given) return;
    const number = (name: string) => (given.get(name) === '' ? undefined : Number(given.get(name)));
    this.menu.hidePopover();
    tell(this, 'generate-start', {
      maxTokens: number('max-tokens'),
      temperature: number('temperature'),
      topK: number('top-k'),
      seed: number('seed'),
    });
  }

  protected override render() {
    const { config } = this;
    const field = (name: string, label: string, value: string, min: number, max: number, step: string, note: string) => html`
      <label for=${name}>${label}</label>
      <input id=${name} name=${name} type="number" .defaultValue=${value} min=${min} max=${max} step=${step} aria-describedby="${name}-note" />
      <span id="${name}-note" class="grey">${note}</span>
    `;
    return html`
      <button type="button" id="open" popovertarget="menu" ?disabled=${!config}>Generate…</button>
      <div
        id="menu"
        popover
        role="dialog"
        aria-label="Generate"
        @toggle=${(event: ToggleEvent) => event.newState === 'open' && placeUnder(this.menu, this.button)}
      >
        <form class="small">
          <div class="fields">
            ${field('max-tokens', 'Tokens', '10', 1, config?.n_positions ?? 1024, '1', 'at most')}
            ${field('temperature', 'Temperature', '0', 0, 100, 'any', '0: always the likeliest')}
            ${field('top-k', 'Top-k', '', 1, config?.vocab_size ?? 50257, '1', 'empty: any token')}
            ${field('seed', 'Seed', '0', 0, 4294967295, '1', 'same seed, same text')}
          </div>
          <button class="main" @click=${(event: Event) => this.#generate(event)}>Generate</button>
          <p class="grey">Click a token that it wrote to see why it wrote it.</p>
        </form>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      form {
        display: grid;
        gap: 16px;
      }
      .fields {
        display: grid;
        grid-template-columns: auto 96px auto;
        align-items: center;
        gap: 8px;
      }
      input {
        width: 100%;
      }
      @media (max-width: 360px) {
        .fields {
          grid-template-columns: auto minmax(0, 1fr);
        }
        .fields span {
          grid-column: 2;
        }
      }
    `,
  ];
}
