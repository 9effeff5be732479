import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { visible } from '../format';
import { SessionController, session } from '../session';
import { base } from '../styles';

/** The prompt as the model sees it. The chosen token is the one after which the next is explained. */
@customElement('token-strip')
export class TokenStrip extends LitElement {
  readonly controller = new SessionController(this);

  /** Arrows walk the strip, which is one stop of the Tab key. */
  #walk(event: KeyboardEvent): void {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLButtonElement>('button[data-token]')];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  }

  protected override render() {
    const { tokens, question, generating, problems } = session.state;
    const position = question.position ?? tokens.length - 1;
    const written = tokens.length - question.generated.length;
    return html`
      <span class="gutter" id="label">after</span>
      <div class="strip" role="group" aria-label="Tokens: choose the position to explain" @keydown=${this.#walk}>
        ${tokens.map((token, i) => {
          const byModel = i >= written;
          const name = `${i}: ${visible(token.text)}${byModel ? ', written by the model' : ''}`;
          return html`<button
            type="button"
            data-token
            class="token ${byModel ? 'written' : ''}"
            aria-label=${name}
            aria-pressed=${i === position ? 'true' : 'false'}
            tabindex=${i === position ? 0 : -1}
            title=${byModel ? `Explain why the model wrote this (token ${i}, id ${token.id})` : `Explain what comes after this (token ${i}, id ${token.id})`}
            @click=${() => session.chooseToken(i)}
          >${visible(token.text)}</button>`;
        })}
        ${generating ? html`<button type="button" class="main" @click=${() => session.stopGenerating()}>Stop</button>` : nothing}
        ${question.generated.length && !generating
          ? html`<button type="button" @click=${() => session.clearGenerated()}>Clear what it wrote</button>`
          : nothing}
      </div>
      ${problems.position || problems.generate
        ? html`<p class="below small wrong" role="alert">${problems.position?.message ?? problems.generate?.message}</p>`
        : nothing}
    `;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: 48px minmax(0, 1fr);
        column-gap: 8px;
      }
      .gutter {
        align-self: start;
        padding-top: 6px;
        color: var(--grey);
        font-size: var(--small);
        line-height: 20px;
        text-align: right;
      }
      .strip {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        min-height: var(--target);
        max-height: 25dvh;
        padding: 1px;
        overflow-y: auto;
      }
      .token {
        min-width: 16px;
        padding: 0 6px;
        border-color: var(--hairline);
        color: var(--ink);
      }
      .token.written {
        border-style: dashed;
        border-color: var(--accent);
      }
      .token[aria-pressed='true'] {
        border: 2px solid var(--accent);
        padding: 0 5px;
        background: var(--accent-ground);
      }
      .below {
        grid-column: 2;
      }
      @media (max-width: 720px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
        .gutter {
          text-align: left;
        }
        .below {
          grid-column: 1;
        }
        .token {
          min-width: 44px;
        }
      }
    `,
  ];
}
