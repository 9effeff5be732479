import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { tell, type Told } from '../events';
import { base } from '../styles';

/** Automatic, light or dark. */
@customElement('theme-switch')
export class ThemeSwitch extends LitElement {
  @property() choice: Told['theme-choose'] = 'auto';

  protected override render() {
    const { choice } = this;
    const choose = (event: Event) => tell(this, 'theme-choose', (event.target as HTMLSelectElement).value as Told['theme-choose']);
    return html`<select aria-label="Theme" .value=${choice} @change=${choose}>
      <option value="auto" ?selected=${choice === 'auto'}>Theme: auto</option>
      <option value="light" ?selected=${choice === 'light'}>Light</option>
      <option value="dark" ?selected=${choice === 'dark'}>Dark</option>
    </select>`;
  }

  static override styles = base;
}
