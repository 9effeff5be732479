import { LitElement, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keepLink } from '../link';
import { base } from '../styles';

/** Copies the link that restores what is on the page. */
@customElement('copy-link')
export class CopyLink extends LitElement {
  @state() private said = '';

  async #copy(): Promise<void> {
    keepLink();
    try {
      await navigator.clipboard.writeText(location.href);
      this.said = 'Copied';
    } catch {
      this.said = 'Copy it from the address bar';
    }
    setTimeout(() => (this.said = ''), 2000);
  }

  protected override render() {
    return html`<button type="button" @click=${() => this.#copy()}>${this.said || 'Copy link'}</button>
      <span class="unseen" role="status">${this.said}</span>`;
  }

  static override styles = base;
}
