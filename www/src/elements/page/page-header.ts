import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isStepping } from '../../state/model';
import type { Stores } from '../../stores/stores';
import type { Telling } from '../events';
import '../model/model-menu';
import '../model/model-progress';
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
  /** Whether there is room for the name and the model alone. */
  @property({ type: Boolean, reflect: true }) folded = false;
  readonly watch = new Watch(this, () => [this.stores.theme, this.stores.models]);

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
      <copy-link @link-copy=${() => address.keep()}></copy-link>
      <cite-menu .cite=${() => citedNow(this.stores)}></cite-menu>
      <theme-switch .choice=${theme.state.choice} @theme-choose=${({ detail }: Telling<'theme-choose'>) => theme.choose(detail)}></theme-switch>
      <slot></slot>
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
      @media print {
        header > :not(h1, model-menu) {
          display: none;
        }
      }
      @media (max-width: 720px) {
        header {
          flex-wrap: wrap;
          gap: 0 8px;
          padding: 0 8px 0 16px;
        }
        h1 {
          flex: 1;
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
        model-menu {
          order: 1;
          flex-basis: 100%;
          margin-left: -8px;
        }
        :host([folded]) :is(copy-link, cite-menu, theme-switch, slot) {
          display: none;
        }
        :host([folded]) model-menu {
          order: 0;
          flex: none;
          margin: 0;
        }
      }
    `,
  ];
}
