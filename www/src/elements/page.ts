import { LitElement, html } from 'lit';
import { customElement } from 'lit/decorators.js';

/** The whole page. */
@customElement('logitscope-page')
export class Page extends LitElement {
  protected override render() {
    return html`<main><h1>Logitscope</h1></main>`;
  }
}
