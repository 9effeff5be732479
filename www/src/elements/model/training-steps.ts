import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { Curve } from '../../api/logitscope';
import type { Loading } from '../../state/model';
import type { Question } from '../../state/question';
import type { Source } from '../../state/source';
import { checkpointIndex, counted, grown, type Training } from '../../state/training';
import { bytes, count, percent } from '../../words/format';
import { tell } from '../events';
import { Painter, type Size } from '../painter';
import { row } from '../row';
import { base, unseen } from '../styles';

/** How long the bundled model was trained: the same question, asked of each checkpoint. */
@customElement('training-steps')
export class TrainingSteps extends LitElement {
  /** The bundled model's; undefined until it is known, null if it cannot be had. */
  @property({ attribute: false }) training?: Training | null;
  /** The model's in use, or else of the one that is wanted. */
  @property({ attribute: false }) source?: Source;
  @property({ attribute: false }) loading?: Loading;
  /** An example's is what is counted. */
  @property({ attribute: false }) question!: Question;
  @property() theme: 'light' | 'dark' = 'light';
  /** Whether there is room for the slider and its number alone. */
  @property({ type: Boolean, reflect: true }) close = false;
  @query('canvas') private canvas?: HTMLCanvasElement;

  readonly painter = new Painter(this, (size) => this.#draw(size));

  #move({ checkpoints }: Training, event: Event): void {
    const checkpoint = checkpoints[(event.target as HTMLInputElement).valueAsNumber];
    if (checkpoint) tell(this, 'checkpoint-choose', checkpoint);
  }

  /** What was counted over the steps, filled as far as the training was. */
  #draw(size: Size): void {
    const { training, question, theme, canvas } = this;
    if (!training || !canvas) return;
    const curve = new Curve(grown(training, counted(training, question).values));
    curve.draw(canvas, { ...size, theme, at: this.#index(training) / (training.checkpoints.length - 1) });
    curve.free();
  }

  /** Of the checkpoint that is shown, or about to be. */
  #index(training: Training): number {
    const { source, loading } = this;
    const shown = loading?.source.kind === 'bundled' ? loading.source : source;
    const index = shown?.kind === 'bundled' ? checkpointIndex(training, shown) : -1;
    return index < 0 ? training.checkpoints.length - 1 : index;
  }

  protected override render() {
    const { training, source, loading, question } = this;
    const possible = training === undefined || (training !== null && training.checkpoints.length > 1);
    // Until it is known what there is, the place is kept.
    this.hidden = source?.kind !== 'bundled' || !possible;
    if (this.hidden || !training) return nothing;
    const { tests, checkpoints } = training;
    // To go on with the training would drop what is being downloaded.
    const other = loading !== undefined && loading.source.kind !== 'bundled';
    const index = this.#index(training);
    const { step = 0 } = checkpoints[index] ?? {};
    const { name, of, values } = counted(training, question);
    const last = checkpoints.at(-1)?.step ?? 0;
    return html`
      <label class="gutter" for="steps">steps trained</label>
      <div class="line">
        <div class="slider">
          <canvas aria-hidden="true"></canvas>
          <input
            id="steps"
            type="range"
            min="0"
            max=${checkpoints.length - 1}
            step="1"
            aria-valuetext="${count(step)} of ${count(last)}"
            aria-describedby="counted"
            title=${other ? 'While another model loads, this one stays as it is' : nothing}
            ?disabled=${other}
            .value=${live(String(index))}
            @input=${(event: Event) => this.#move(training, event)}
          />
          <div class="ticks" aria-hidden="true">${checkpoints.map(() => html`<i></i>`)}</div>
        </div>
        <p class="value">
          ${count(step)} <span class="grey">of ${count(last)}</span>
          ${loading?.total && !other
            ? html`<span class="late small grey">${bytes(loading.loaded)} of ${bytes(loading.total)}</span>`
            : nothing}
        </p>
        <p id="counted" class="small grey">${name}: ${percent(values[tests.findIndex((test) => test.step === step)])} ${of}</p>
      </div>
    `;
  }

  static override styles = [
    base,
    row,
    css`
      :host {
        min-height: 48px;
      }
      .line {
        display: grid;
        grid-template-columns: minmax(0, 480px) minmax(0, 1fr);
        column-gap: 16px;
        align-items: center;
      }
      .slider {
        grid-row: 1 / 3;
        position: relative;
        height: 48px;
      }
      /* The thumb is 16 px wide, so its middle goes from 8 px to 8 px before the end. */
      .ticks {
        position: absolute;
        left: 8px;
        width: calc(100% - 16px);
      }
      /* Its curve leaves a margin of 4 px. */
      canvas {
        position: absolute;
        left: 4px;
        width: calc(100% - 8px);
        height: 40px;
      }
      .ticks {
        top: 42px;
        display: flex;
        justify-content: space-between;
        pointer-events: none;
      }
      .ticks i {
        width: 1px;
        height: 4px;
        margin: 0 -0.5px;
        background: var(--grey);
      }
      input[type='range'] {
        appearance: none;
        position: absolute;
        inset: 0;
        width: 100%;
        height: 48px;
        padding: 24px 0 0;
        border: 0;
        background: none;
        cursor: pointer;
      }
      input[type='range']:focus-visible {
        outline: none;
      }
      ::-webkit-slider-runnable-track {
        height: 16px;
        background: linear-gradient(var(--grey), var(--grey)) 50% / calc(100% - 16px) 1px no-repeat;
      }
      ::-webkit-slider-thumb {
        appearance: none;
        width: 16px;
        height: 16px;
        border: 0;
        border-radius: 8px;
        background: var(--accent);
      }
      ::-moz-range-track {
        height: 1px;
        width: calc(100% - 16px);
        background: var(--grey);
      }
      ::-moz-range-thumb {
        width: 16px;
        height: 16px;
        border: 0;
        border-radius: 8px;
        background: var(--accent);
      }
      :focus-visible::-webkit-slider-thumb {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      :focus-visible::-moz-range-thumb {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      @media (forced-colors: active) {
        ::-webkit-slider-runnable-track {
          forced-color-adjust: none;
          background: linear-gradient(CanvasText, CanvasText) 50% / calc(100% - 16px) 1px no-repeat;
        }
        ::-webkit-slider-thumb {
          forced-color-adjust: none;
          background: Highlight;
        }
        ::-moz-range-thumb {
          forced-color-adjust: none;
          background: Highlight;
        }
      }
      :disabled {
        cursor: default;
      }
      :disabled::-webkit-slider-thumb {
        background: var(--grey);
      }
      :disabled::-moz-range-thumb {
        background: var(--grey);
      }
      p {
        font-variant-numeric: tabular-nums;
      }
      .value {
        align-self: end;
      }
      #counted {
        align-self: start;
      }
      .late {
        margin-left: 8px;
        animation: 1ms 400ms both appear;
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
      @media (max-width: 1023px) {
        .line {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .slider,
        #counted {
          grid-column: 1 / 3;
          grid-row: auto;
        }
        :host {
          min-height: 92px;
        }
      }
      @media (max-width: 720px) {
        .gutter {
          line-height: 24px;
        }
        .value {
          position: absolute;
          top: 0;
          right: 0;
        }
        /* Whatever is counted: nothing below may move. */
        #counted {
          min-height: 40px;
        }
        :host {
          position: relative;
          min-height: 112px;
        }
      }
      :host([close]) {
        min-height: 48px;
      }
      :host([close]) :is(.gutter, #counted) {
        ${unseen}
      }
      :host([close]) .line {
        grid: auto / minmax(0, 1fr) auto;
        grid-column: 1 / -1;
      }
      :host([close]) :is(.slider, .value) {
        position: relative;
        grid-area: auto;
        align-self: center;
      }
    `,
  ];
}
