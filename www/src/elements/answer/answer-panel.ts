import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { HeadScores } from '../../api/logitscope';
import { REMOVABLE, effectOf, isRemovable, type Losses, type Reacted } from '../../state/effects';
import { UNITS, type Picture, type Shown } from '../../state/picture';
import type { Part } from '../../state/part';
import type { Spoken } from '../../state/readout';
import { parseStep } from '../../state/trail';
import { than } from '../../words/contrast';
import { baseline } from '../../words/effects';
import { direction, knownFor, overview, part } from '../../words/explain';
import { decimals, isolate, percent, signed } from '../../words/format';
import { scoresHigh } from '../../words/heads';
import { stepName } from '../../words/trail';
import { UNIT_NAMES, UNIT_NOTES } from '../../words/units';
import { tell } from '../events';
import { scrolled } from '../scrolled';
import { base } from '../styles';
import { unitRow } from '../unit-row';
import './contribution-table';
import './download-row';
import './identity-badge';
import './part-heads';
import './part-neurons';
import './part-sources';
import './part-words';
import { save, type Format, type Look } from './save';
import '../what-if/part-effects';

/** The selected part in words and numbers, the table of all, the identity, and the downloads. */
@customElement('answer-panel')
export class AnswerPanel extends LitElement {
  @property({ attribute: false }) picture?: Picture;
  /** Whose table is shown. */
  @property() unit: Shown = 'head';
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  /** It, taken apart, if it is a head or an MLP. */
  @property({ attribute: false }) taken?: Part;
  /** What it says to the whole vocabulary, if it says anything. */
  @property({ attribute: false }) spoken?: Spoken;
  /** What is lost without each part, as far as that is known, and how the others react when the selected one is taken out: if it can be. */
  @property({ attribute: false }) losses?: Losses;
  @property({ attribute: false }) reacted?: Reacted;
  /** Whether that is what is shown. */
  @property({ type: Boolean }) whatIf = false;
  /** What the model's heads are, once that is found. */
  @property({ attribute: false }) scores?: HeadScores;
  @property() theme: 'light' | 'dark' = 'light';
  /** Whether another picture is on its way. */
  @property({ type: Boolean, reflect: true }) stale = false;

  #selected(picture: Picture, label: string) {
    const { source } = picture;
    // What heads are known for was found when the training was finished.
    const known = source.kind === 'bundled' && source.step === undefined ? knownFor(label) : undefined;
    const unit = UNITS.find((unit) => picture.charts[unit].item(label));
    const item = unit && picture.charts[unit].item(label);
    if (!unit || !item) return this.#overview(picture);
    const pushes = `${percent(item.share)} of all pushes, rank ${item.rank} of ${item.count}`;
    return html`
      <div class="title">
        <h2>${item.name}</h2>
        <span class="mono grey">${item.label}</span>
        <span class="value mono">${signed(item.value)}</span>
      </div>
      ${unit === 'layer' ? nothing : html`<p class="small">It ${direction(item.value, picture)}: ${pushes}.</p>`}
      <p class="small grey ${label.startsWith('L') ? 'head' : ''}">${[known ?? part(label, picture), scoresHigh(label, this.scores)].filter(Boolean).join(' ')}</p>
      ${this.#without(picture, label)}
    `;
  }

  /** What is lost without the part, where it is not what is asked: a way to ask it. */
  #without(picture: Picture, label: string) {
    const { losses, whatIf } = this;
    if (!losses || whatIf || picture.trail.length || !isRemovable(label)) return nothing;
    const effect = losses.picture === picture ? effectOf(losses, label) : undefined;
    const said = effect && html`Without it: <span class="mono">${signed(-effect.total)}</span> <span class="grey">(${baseline(losses.removal, picture)})</span>`;
    return html`<p class="small">
      ${said} <button type="button" class="ask" @click=${() => tell(this, 'tab-choose', 'what-if')}>${said ? 'Who steps in?' : 'What if it were not there?'}</button>
    </p>`;
  }

  #inside(picture: Picture, label: string) {
    const { taken, theme, whatIf, losses, reacted } = this;
    if (whatIf) {
      return isRemovable(label)
        ? html`<part-effects .label=${label} .picture=${picture} .losses=${losses} .reacted=${reacted}></part-effects>`
        : nothing;
    }
    const words = this.spoken?.of === label ? html`<part-words .spoken=${this.spoken} .picture=${picture}></part-words>` : nothing;
    if (label.endsWith('_attn_out')) return html`${words} <part-heads .label=${label} .picture=${picture}></part-heads>`;
    if (taken?.of !== label) return words;
    const pieces = label.startsWith('L')
      ? html`<part-sources .taken=${taken} .picture=${picture} .theme=${theme}></part-sources>`
      : html`<part-neurons .taken=${taken} .picture=${picture}></part-neurons>`;
    return html`${words} ${pieces}`;
  }

  #overview(picture: Picture) {
    const { answer, attributions, charts, trail, tokens } = picture;
    const compared = than(picture);
    const step = parseStep(trail.at(-1) ?? '');
    const [logit = 0] = attributions.component.logit;
    const strongest = charts.component.items().find(({ rank }) => rank === 1);
    return html`
      <div class="title">
        <h2>${step ? stepName(step, tokens) : `${isolate(answer.text)}${compared ? ` rather than ${compared}` : ''}`}</h2>
        <span class="value mono">${decimals(logit)}</span>
      </div>
      ${step ? nothing : html`<p class="small">${overview(picture)}</p>`}
      <p class="small grey">
        Largest: ${strongest?.name} (${strongest && signed(strongest.value)}). Select a part in a chart, or in the table.
      </p>
    `;
  }

  protected override render() {
    const { picture, selected, whatIf, losses, taken } = this;
    if (!picture) return nothing;
    const units: readonly Shown[] = whatIf ? REMOVABLE : UNITS;
    const shown = units.find((unit) => unit === this.unit) ?? 'head';
    const effects = whatIf && shown !== 'layer' && losses?.picture === picture ? losses?.[shown] : undefined;
    return html`
      <div class="selected" role="region" aria-label="Selected part">
        <div class="said" aria-live="polite">${selected === null ? this.#overview(picture) : this.#selected(picture, selected)}</div>
        ${selected === null ? nothing : this.#inside(picture, selected)}
      </div>
      <div class="units" role="group" aria-label="Unit">
        ${units.map(
          (unit) => html`<button
            type="button"
            aria-pressed=${unit === shown ? 'true' : 'false'}
            @click=${() => tell(this, 'unit-choose', unit)}
          >${UNIT_NAMES[unit]}</button>`,
        )}
      </div>
      <p class="small grey">${UNIT_NOTES[shown]}</p>
      <contribution-table .chart=${picture.charts[shown]} .effects=${effects} .whatIf=${whatIf} .selected=${selected}></contribution-table>
      <identity-badge .picture=${picture} .unit=${shown}></identity-badge>
      <download-row
        .of=${picture}
        .name=${UNIT_NAMES[shown]}
        .save=${(format: Format, look: Look) => save(format, picture, shown, look, effects, selected === taken?.of ? taken : undefined)}
      ></download-row>
    `;
  }

  static override styles = [
    base,
    unitRow,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 8px;
        min-width: 0;
        transition: opacity 100ms linear;
      }
      :host([stale]) {
        opacity: 0.45;
        transition-delay: 150ms;
      }
      .selected,
      .said {
        display: grid;
        align-content: start;
        gap: 4px;
      }
      .selected {
        min-height: 116px;
      }
      .title {
        display: flex;
        align-items: baseline;
        gap: 8px;
      }
      /* What heads are takes a moment to be known, and moves nothing. */
      .head {
        min-height: 80px;
      }
      .ask:first-child {
        margin-left: -8px;
      }
      h2 {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .title .mono {
        font-size: var(--small);
      }
      .title .value {
        margin-left: auto;
        font-size: var(--large);
      }
      /* The table takes the height that the charts leave, and scrolls. */
      contribution-table {
        flex: 1 0 112px;
        min-height: 112px;
        height: 0;
        contain: layout paint style;
      }
      @media screen and (min-width: 1024px) {
        :host {
          ${scrolled}
        }
        :host > * {
          flex-shrink: 0;
        }
      }
      @media print {
        .units,
        .units + p,
        .ask,
        contribution-table {
          display: none;
        }
        .selected,
        .head {
          min-height: 0;
        }
      }
      @media (max-width: 1023px) {
        contribution-table {
          flex: none;
          height: 400px;
        }
      }
    `,
  ];
}
