import { LitElement, css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { droppedFiles } from '../api/logitscope';
import { SessionController, session } from '../session';
import { base } from '../styles';
import './answer-charts';
import './answer-panel';
import './copy-link';
import './help-section';
import './model-failure';
import './model-menu';
import './model-progress';
import './prediction-list';
import './prompt-editor';
import './question-line';
import './theme-switch';
import './token-strip';
import './training-steps';

/** The whole page: a sentence, a question, and the charts that answer it. */
@customElement('logitscope-page')
export class Page extends LitElement {
  readonly controller = new SessionController(this);
  @state() private dropping = false;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#dragOver);
    window.addEventListener('dragleave', this.#dragLeave);
    window.addEventListener('drop', this.#drop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', this.#dragOver);
    window.removeEventListener('dragleave', this.#dragLeave);
    window.removeEventListener('drop', this.#drop);
  }

  readonly #dragOver = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  };

  readonly #dragLeave = (event: DragEvent) => {
    if (event.relatedTarget === null) this.dropping = false;
  };

  readonly #drop = async (event: DragEvent) => {
    this.dropping = false;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const files = await droppedFiles(event.dataTransfer);
    session.openFiles(files);
  };

  #help(): void {
    const help = this.renderRoot.querySelector<HTMLElement>('help-section');
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    help?.scrollIntoView({ behavior: still ? 'auto' : 'smooth' });
    help?.focus({ preventScroll: true });
  }

  protected override render() {
    const { notice } = session.state;
    return html`
      <div class="screen">
        <header>
          <h1>Logitscope</h1>
          <model-menu></model-menu>
          <model-progress></model-progress>
          <copy-link></copy-link>
          <theme-switch></theme-switch>
          <button type="button" @click=${() => this.#help()}>Help</button>
        </header>
        <model-failure></model-failure>
        <main>
          <section class="ask" aria-label="The question">
            <prompt-editor></prompt-editor>
            <token-strip></token-strip>
            <question-line></question-line>
            <prediction-list></prediction-list>
            <training-steps></training-steps>
            ${notice
              ? html`<p class="notice small" role="status">
                  ${notice} <button type="button" @click=${() => session.dismiss()}>Dismiss</button>
                </p>`
              : nothing}
          </section>
          <section class="answer" aria-label="The answer">
            <answer-charts></answer-charts>
            <answer-panel></answer-panel>
          </section>
        </main>
      </div>
      <help-section tabindex="-1"></help-section>
      <div class="drop" ?hidden=${!this.dropping}>
        <p>Drop a model’s files: config.json, model.safetensors, tokenizer.json, or their folder.</p>
      </div>
    `;
  }

  static override styles = [
    base,
    css`
      .screen {
        display: flex;
        flex-direction: column;
        min-height: 100dvh;
        padding: 0 24px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 48px;
        margin: 0 -24px;
        padding: 0 24px;
        border-bottom: 1px solid var(--hairline);
      }
      h1 {
        margin: 0 8px 0 0;
        font-size: var(--body);
        font-weight: 600;
      }
      main {
        flex: 1;
        display: flex;
        flex-direction: column;
        gap: 8px;
        padding: 8px 0 16px;
      }
      .ask {
        display: grid;
        gap: 8px;
      }
      .answer {
        flex: 1;
        display: grid;
        grid-template-columns: minmax(0, 1fr) 368px;
        gap: 24px;
        padding-top: 8px;
        border-top: 1px solid var(--hairline);
      }
      .notice {
        padding-left: 56px;
      }
      help-section:focus {
        outline: none;
      }
      .drop {
        position: fixed;
        inset: 8px;
        display: grid;
        place-items: center;
        border: 2px dashed var(--accent);
        border-radius: 8px;
        background: color-mix(in srgb, var(--ground) 92%, transparent);
        font-size: var(--large);
        pointer-events: none;
      }
      @media (max-width: 1023px) {
        .answer {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 720px) {
        .screen {
          padding: 0 16px;
        }
        header {
          flex-wrap: wrap;
          gap: 0 8px;
          margin: 0 -16px;
          padding: 0 8px 0 16px;
        }
        h1 {
          flex: 1;
        }
        model-progress {
          order: 2;
          flex-basis: 100%;
        }
        model-menu {
          order: 1;
          flex-basis: 100%;
          margin-left: -8px;
        }
        .notice {
          padding-left: 0;
        }
      }
    `,
  ];
}
