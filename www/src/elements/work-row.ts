import { html, nothing } from 'lit';
import type { Worked } from '../state/work';
import { workName } from '../words/effects';
import { tell } from './events';

/**
 * How far work is, with a button that stops it; or why it does not go on, with one that lets it. `of` is what it counts. Why it failed may be
 * said elsewhere. For an element with the styles of choices.
 */
export function workRow(host: EventTarget, { work, stopped, problem }: Worked, of: string, { saysWhy = true } = {}) {
  const row = () => {
    const again = html`<button type="button" @click=${() => tell(host, 'work-again')}>${stopped ? 'Go on' : 'Try again'}</button>`;
    if (problem) return saysWhy ? html`<span class="wrong" role="alert">${problem} ${again}</span>` : again;
    if (stopped) return html`<span class="grey">Stopped. ${again}</span>`;
    if (!work) return nothing;
    return html`<progress max="1" value=${work.share} aria-label=${of}></progress>
      <span class="mono grey">${workName(work)}</span>
      <button type="button" @click=${() => tell(host, 'work-stop')}>Stop</button>`;
  };
  return html`<span class="work passing">${row()}</span>`;
}
