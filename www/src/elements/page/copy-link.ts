import { LitElement, html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { tell } from '../events';
import { base } from '../styles';

/** Copies the address bar's link, which restores what is on the page. */
@customElement('copy-link')
export class CopyLink extends LitElement {
  @state() private said = '';

  async #copy(): Promise<void> {
    tell(this, 'link-copy');
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
