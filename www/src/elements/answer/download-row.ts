import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { sentence } from '../../words/format';
import { base } from '../styles';
import type { Format, Look } from './save';

const FORMATS: readonly Format[] = ['png', 'svg', 'csv', 'json'];

/** What is shown as a picture, and its numbers. */
@customElement('download-row')
export class DownloadRow extends LitElement {
  /** What is saved: another has had no problem yet. */
  @property({ attribute: false }) of: unknown;
  /** What it is called. */
  @property() name = '';
  @property({ attribute: false }) save!: (format: Format, look: Look) => Promise<void>;
  @state() private look: Look = { size: 'slide', theme: 'light' };
  /** Why the last download is none. */
  @state() private problem?: { format: Format; message: string };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('of') || changed.has('name')) this.problem = undefined;
  }

  async #save(format: Format): Promise<void> {
    this.problem = undefined;
    try {
      await this.save(format, this.look);
    } catch (error) {
      this.problem = { format, message: sentence(error) };
    }
  }

  protected override render() {
    const { name, problem, look } = this;
    const value = <T extends string>(event: Event) => (event.target as HTMLSelectElement).value as T;
    return html`<div class="small" role="group" aria-label="Download">
      <span class="grey lead">Save</span>
      <select aria-label="Size of the picture" @change=${(event: Event) => (this.look = { ...look, size: value<Look['size']>(event) })}>
        <option value="slide">slide</option>
        <option value="paper">paper</option>
        <option value="wide">wide</option>
      </select>
      <select aria-label="Colours of the picture" @change=${(event: Event) => (this.look = { ...look, theme: value<Look['theme']>(event) })}>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
      <span class="apart"></span>
      ${FORMATS.map(
        (format) => html`<button
          type="button"
          aria-label="Download ${name} as ${format.toUpperCase()}"
          @click=${() => this.#save(format)}
        >${format.toUpperCase()}</button>`,
      )}
      <button
        type="button"
        aria-label="Save ${name} as page"
        title="One file with its charts, to point at and to walk through: it opens from a disk, in a mail, in a frame, without the network"
        @click=${() => this.#save('html')}
      >Page</button>
      ${problem
        ? html`<p class="wrong" role="alert">
            ${problem.message}
            ${problem.format === 'png' ? html`<button type="button" class="main" @click=${() => this.#save('svg')}>Take the SVG</button>` : nothing}
          </p>`
        : nothing}
    </div>`;
  }

  static override styles = [
    base,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
      }
      .apart {
        flex: 1;
      }
      p {
        flex-basis: 100%;
      }
      select {
        padding: 0 2px;
      }
      button {
        min-width: var(--target);
        padding: 0 5px;
      }
      @media (max-width: 720px) {
        .lead {
          display: none;
        }
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];
}
