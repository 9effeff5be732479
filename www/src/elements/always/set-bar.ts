import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { presets, setName, type Preset } from '../../state/presets';
import type { Always } from '../../state/set';
import { count } from '../../words/format';
import { overall } from '../../words/set';
import { choices } from '../choices';
import { tell } from '../events';
import { base } from '../styles';
import { submitted } from '../submitted';
import { workRow } from '../work-row';
import { removalChoices } from '../what-if/removal-choices';

const EXAMPLE = `prompt,answer,incorrect,country
The capital city of France is, Paris, Rome,France
The capital city of Italy is, Rome, Paris,Italy`;

/** Which prompts are asked, how far that is, and what is found over all of them. */
@customElement('set-bar')
export class SetBar extends LitElement {
  @property({ attribute: false }) always!: Always;
  /** That of the question, if it is one's. */
  @property({ attribute: false }) preset?: Preset;
  /** The name of the preset's set that is asked. */
  @property({ attribute: false }) chosen: string | null = null;
  @property({ type: Boolean }) dots = false;
  /** Whether prompts are being written. */
  @state() private writing = false;

  #open(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    this.writing = false;
    tell(this, 'set-give', { text: file, name: file.name });
    // The same file can be opened again.
    input.value = '';
  }

  #give(event: Event): void {
    const text = String(submitted(event)?.get('prompts') ?? '');
    tell(this, 'set-give', { text, name: 'typed prompts' });
  }

  #work() {
    const { chosen, always } = this;
    const { work, stopped, problem, set } = always;
    if (work || stopped || problem || !set) return workRow(this, always, 'Prompts asked');
    return html`<span class="work grey">${chosen === null ? `${set.name}: ` : ''}${count(set.prompts.length)} prompt${set.prompts.length === 1 ? '' : 's'}</span>`;
  }

  #written() {
    return html`<form>
      <label class="small" for="prompts">
        CSV with the columns <span class="mono">prompt</span>, <span class="mono">answer</span> and, if you like, <span class="mono">incorrect</span> (several for the mean of several words); each further column is a role, a word of the
        prompt that heads may look at. Or JSON lines with the same names. A space that begins an answer is part of it.
      </label>
      <textarea id="prompts" name="prompts" class="mono small" rows="6" spellcheck="false" autocapitalize="off" placeholder=${EXAMPLE}></textarea>
      <button class="main" @click=${this.#give}>Ask them</button>
    </form>`;
  }

  protected override render() {
    const { always, preset, chosen, dots, writing } = this;
    const asked = chosen !== null || always.set !== undefined;
    const asks = always.attributions !== undefined && always.attributions.component.n > 0;
    const own = preset && setName(preset);
    return html`
      <div class="bar small">
        ${own && own !== chosen ? html`<button type="button" class="main" @click=${() => tell(this, 'set-choose', own)}>${preset.prompts} like this one</button>` : nothing}
        <select aria-label="Prompts like an example" @change=${(event: Event) => tell(this, 'set-choose', (event.target as HTMLSelectElement).value)}>
          <option value="" disabled .selected=${live(chosen === null)}>100 like…</option>
          ${presets.map((each) => html`<option value=${setName(each)} .selected=${live(setName(each) === chosen)}>${each.name}</option>`)}
        </select>
        <button type="button" aria-expanded=${writing ? 'true' : 'false'} @click=${() => (this.writing = !writing)}>Type or paste</button>
        <label class="button">Open a file<input class="unseen" type="file" accept=".csv,.json,.jsonl,.txt" aria-label="Open a file of prompts, CSV or JSON" @change=${this.#open} /></label>
        ${asked ? html`<button type="button" aria-pressed=${dots ? 'true' : 'false'} ?disabled=${!asks} @click=${() => tell(this, 'set-dots', !dots)}>Each prompt a dot</button>` : nothing}
        ${asked && always.loses ? html`<span>Without each part,</span> ${removalChoices(this, always.removal, undefined)}` : nothing}
        <span class="end">
          ${asked && !always.loses
            ? html`<button type="button" class="lost" title="Takes each part out of each prompt, alone" ?disabled=${!asks || always.work !== undefined} @click=${() => tell(this, 'set-effects')}>What is lost without each part</button>`
            : nothing}
          ${this.#work()}
        </span>
      </div>
      ${writing ? this.#written() : nothing}
      <p class="small" role="status">${overall(always)}</p>
    `;
  }

  static override styles = [
    base,
    choices,
    css`
      form {
        display: grid;
        justify-items: start;
        gap: 4px;
        padding: 4px 8px 8px;
      }
      textarea {
        width: 100%;
        padding: 4px 8px;
        border: 1px solid var(--grey);
        border-radius: 4px;
        background: var(--ground);
      }
      label.button {
        align-content: center;
      }
      label.button:focus-within {
        outline: 2px solid var(--accent);
      }
      [aria-pressed='true'] {
        color: var(--ink);
        text-decoration: underline 2px var(--accent);
        text-underline-offset: 5px;
      }
      .end {
        display: contents;
      }
      @media print {
        .bar,
        form {
          display: none;
        }
      }
      /* What comes moves nothing. */
      p {
        min-height: 20px;
      }
      @media (max-width: 1380px) {
        p {
          min-height: 40px;
        }
      }
      @media (max-width: 720px) {
        /* How far it is stands beside the button, or in its place. */
        .end {
          display: flex;
          flex: 1 0 100%;
        }
        .work {
          flex: 1;
          margin: 0;
          padding-left: 8px;
          text-align: left;
        }
        .end .passing {
          display: block;
          position: static;
        }
        .lost {
          order: 1;
        }
        .lost:disabled {
          display: none;
        }
        p {
          min-height: 80px;
        }
      }
    `,
  ];
}
