import { html, nothing } from 'lit';
import type { Removal } from '../../state/effects';
import type { Picture } from '../../state/picture';
import { ABLATIONS, PLACES } from '../../state/what-if';
import { ABLATION_NAMES, ABLATION_NOTES, placeName } from '../../words/effects';
import { tell } from '../events';

/** What stands in a part's place, and at which tokens: `host` tells what is chosen. */
export function removalChoices(host: HTMLElement, removal: Removal, picture: Picture | undefined) {
  const choices = <K extends keyof Removal>(field: K, label: string, of: readonly Removal[K][], name: (value: Removal[K]) => string, title?: (value: Removal[K]) => string) =>
    html`<span role="group" aria-label=${label}>
      ${of.map(
        (value) => html`<button
          type="button"
          title=${title?.(value) ?? nothing}
          aria-pressed=${value === removal[field] ? 'true' : 'false'}
          @click=${() => value === removal[field] || tell(host, 'what-if-choose', { [field]: value })}
        >${name(value)}</button>`,
      )}
    </span>`;
  return html`
    ${choices('ablation', 'What stands in its place', ABLATIONS, (value) => ABLATION_NAMES[value], (value) => ABLATION_NOTES[value])}
    <span>in its place, at</span>
    ${choices('at', 'At which tokens', PLACES, (value) => placeName(value, picture))}
  `;
}
