import { LitElement, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../styles';
import { theme, type Theme } from '../theme';

/** Automatic, light or dark. */
@customElement('theme-switch')
export class ThemeSwitch extends LitElement {
  protected override render() {
    const choose = (event: Event) => (theme.choice = (event.target as HTMLSelectElement).value as Theme);
    return html`<select aria-label="Theme" .value=${theme.choice} @change=${choose}>
      <option value="auto" ?selected=${theme.choice === 'auto'}>Auto</option>
      <option value="light" ?selected=${theme.choice === 'light'}>Light</option>
      <option value="dark" ?selected=${theme.choice === 'dark'}>Dark</option>
    </select>`;
  }

  static override styles = base;
}
