import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { isStepping } from '../../state/model';
import type { Stores } from '../../stores/stores';
import type { Telling } from '../events';
import '../model/model-menu';
import '../model/model-progress';
import { placeUnder } from '../popover';
import { base } from '../styles';
import { Watch } from '../watch';
import './cite-menu';
import { citedNow } from './cited';
import './copy-link';
import './theme-switch';

/** The page's head: which model, and what can be done with the page as a whole. */
@customElement('page-header')
export class PageHeader extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  @query('#more') private menu!: HTMLElement;
  @query('#open') private button!: HTMLElement;
  readonly watch = new Watch(this, () => [this.stores.theme, this.stores.models]);

  /** What is a menu itself opens beside it. */
  #close({ target }: Event): void {
    if (target instanceof HTMLButtonElement) this.menu.hidePopover();
  }

  protected override render() {
    const { theme, models, address } = this.stores;
    const { model, loading, kept } = models.state;
    // Steps of the training are told where they are chosen: nothing on the page moves for them.
    const told = isStepping(models.state) ? undefined : loading;
    return html`<header>
      <h1>Logitscope</h1>
      <model-menu
        .model=${model}
        .wanted=${loading?.source}
        .kept=${kept}
        @kept-list=${() => models.listKept()}
        @kept-delete=${({ detail }: Telling<'kept-delete'>) => models.deleteKept(detail)}
        @files-open=${({ detail }: Telling<'files-open'>) => models.openFiles(detail)}
      ></model-menu>
      <model-progress ?data-idle=${!told} .loading=${told} @loading-cancel=${() => models.cancelLoading()}></model-progress>
      <button type="button" id="open" popovertarget="more" aria-label="Menu">☰</button>
      <div id="more" popover @toggle=${({ newState }: ToggleEvent) => newState === 'open' && placeUnder(this.menu, this.button)}>
        <copy-link @link-copy=${() => address.keep()}></copy-link>
        <cite-menu .cite=${() => citedNow(this.stores)}></cite-menu>
        <theme-switch .choice=${theme.state.choice} @theme-choose=${({ detail }: Telling<'theme-choose'>) => theme.choose(detail)}></theme-switch>
        <slot @click=${this.#close} @lesson-begin=${() => this.menu.hidePopover()} @lesson-open=${() => this.menu.hidePopover()}></slot>
      </div>
    </header>`;
  }

  static override styles = [
    base,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 48px;
        padding: 0 24px;
        border-bottom: 1px solid var(--hairline);
      }
      h1 {
        margin: 0 8px 0 0;
        font-size: var(--body);
        font-weight: 600;
      }
      #open {
        display: none;
      }
      /* Where there is room, it is no menu. */
      @media screen and (min-width: 721px) {
        #more {
          display: contents;
        }
      }
      @media (max-width: 720px) {
        header {
          gap: 0 8px;
          padding: 0 8px 0 16px;
        }
        h1 {
          flex: 1;
        }
        model-menu {
          min-width: 0;
        }
        #open {
          display: block;
          min-width: var(--target);
          font-size: var(--body);
        }
        #more {
          padding: 8px;
        }
        #more:popover-open {
          display: grid;
          justify-items: start;
        }
        /* In line with what buttons say. */
        theme-switch {
          margin-left: -4px;
        }
        model-progress[data-idle] {
          display: none;
        }
        /* It comes and goes, and moves nothing. */
        model-progress {
          position: fixed;
          inset: auto 0 0;
          z-index: 1;
          padding: 4px 16px;
          border-top: 1px solid var(--hairline);
          background: var(--ground);
        }
      }
      @media print {
        :is(#open, #more, model-progress) {
          display: none !important;
        }
      }
    `,
  ];
}
