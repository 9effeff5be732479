import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { SessionController, session } from '../session';
import { UNITS, isAnswered, isBusy } from '../state';
import { base } from '../styles';
import './chart-figure';

/** The three charts on one axis, depth; or what stands in their place until there is an answer. */
@customElement('answer-charts')
export class AnswerCharts extends LitElement {
  readonly controller = new SessionController(this);

  #instead(): string {
    const { loading, failure, model, question, problems } = session.state;
    if (loading) return 'The charts appear here when the model is loaded.';
    if (failure) return 'Without a model there is nothing to explain. Choose another above, or try again.';
    if (problems.prompt || question.prompt === '') return 'Type a sentence above: the charts show which parts of the model push for the next word.';
    return model ? 'Running the model.' : '';
  }

  protected override render() {
    const { picture, model } = session.state;
    const busy = isBusy(session.state);
    const heads = model?.config.n_head ?? 12;
    return html`<div class="charts" style="--heads: ${heads}" aria-busy=${busy ? 'true' : 'false'} ?data-stale=${picture && (busy || !isAnswered(session.state))}>
      ${UNITS.map((unit) =>
        picture
          ? html`<chart-figure class=${unit} .unit=${unit}></chart-figure>`
          : html`<div class="empty ${unit}">${unit === 'component' ? html`<p class="grey">${this.#instead()}</p>` : nothing}</div>`,
      )}
    </div>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        min-width: 0;
      }
      .charts {
        display: grid;
        grid-template-rows: minmax(144px, 4fr) minmax(144px, 4fr) minmax(clamp(192px, calc(var(--heads) * 16px + 72px), 280px), 6fr);
        gap: 8px;
        transition: opacity 100ms linear;
      }
      /* The old picture stays, and dims if the new one takes longer than a glance. */
      .charts[data-stale] {
        opacity: 0.45;
        transition-delay: 150ms;
      }
      .empty {
        display: grid;
        place-items: center;
        /* Where the chart's axes will be. */
        margin: 24px 12px 24px 60px;
        padding: 0 16px;
        border: solid var(--hairline);
        border-width: 0 0 1px 1px;
        text-align: center;
      }
      @media (max-width: 720px) {
        .charts {
          grid-template-rows: 208px 208px calc(var(--heads) * 20px + 80px);
        }
      }
    `,
  ];
}
