import { LitElement, css, html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { bytes, count, percent } from '../format';
import { presets } from '../presets';
import { SessionController, session } from '../session';
import { isPreset, isStepping } from '../state';
import { base, row } from '../styles';
import { checkpointIndex, type Training } from '../training';

/** What a task counts that has no one right answer. */
const COUNTED: Record<string, string> = { 'greater-than': 'of two-digit probability on later years' };

/** How long the bundled model was trained: the same question, asked of each checkpoint. */
@customElement('training-steps')
export class TrainingSteps extends LitElement {
  readonly controller = new SessionController(this);

  #move({ checkpoints }: Training, event: Event): void {
    const checkpoint = checkpoints[(event.target as HTMLInputElement).valueAsNumber];
    if (checkpoint) session.goTo(checkpoint);
  }

  /** What is counted, at every test: the task of the example that is shown, else the mean of all that count answers. */
  #counted({ tasks, tests }: Training): { name: string; of: string; values: number[] } {
    const { question } = session.state;
    const name = presets.find((preset) => isPreset(preset, question))?.task;
    const task = name === undefined ? -1 : tasks.indexOf(name);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const answers = (accuracy: readonly number[]) => accuracy.filter((_, i) => !COUNTED[tasks[i] ?? '']);
    const values = tests.map(({ accuracy }) => (task < 0 ? mean(answers(accuracy)) : (accuracy[task] ?? 0)));
    const right = 'of held-out answers right';
    return task < 0 || !name ? { name: 'all tasks', of: right, values } : { name, of: COUNTED[name] ?? right, values };
  }

  /** What was counted over the steps, on the slider's scale: from checkpoint to checkpoint it is even. */
  #curve({ tests, checkpoints }: Training, values: number[], index: number) {
    const place = (step: number) => {
      const after = checkpoints.findIndex((checkpoint) => checkpoint.step >= step);
      const [from, to] = [checkpoints[after - 1], checkpoints[after]];
      return from && to ? after - (to.step - step) / (to.step - from.step) : after;
    };
    const points = tests.map(({ step }, i) => ({ x: place(step), y: 1 - (values[i] ?? 0) })).filter(({ x }) => x >= 0);
    const path = (points: { x: number; y: number }[]) => points.map(({ x, y }) => `${x},${y}`).join(' ');
    const last = checkpoints.length - 1;
    return svg`<svg viewBox="0 0 ${last} 1" preserveAspectRatio="none" aria-hidden="true">
      <polygon class="so-far" points="0,1 ${path(points.filter(({ x }) => x <= index))} ${index},1" />
      <polyline class="whole" points=${path(points)} />
      <polyline class="so-far" points=${path(points.filter(({ x }) => x <= index))} />
    </svg>`;
  }

  protected override render() {
    const { training, model, loading } = session.state;
    const source = model?.source ?? loading?.source;
    const possible = training === undefined || (training !== null && training.checkpoints.length > 1);
    // Until it is known what there is, the place is kept.
    this.hidden = source?.kind !== 'bundled' || !possible;
    if (source?.kind !== 'bundled' || !possible || !training) return nothing;
    const { tests, checkpoints } = training;
    const found = checkpointIndex(training, loading?.source.kind === 'bundled' ? loading.source : source);
    // To go on with the training would drop what is being downloaded.
    const other = loading !== undefined && loading.source.kind !== 'bundled';
    const index = found < 0 ? checkpoints.length - 1 : found;
    const { step = 0 } = checkpoints[index] ?? {};
    const { name, of, values } = this.#counted(training);
    const last = checkpoints.at(-1)?.step ?? 0;
    return html`
      <label class="gutter" for="steps">steps trained</label>
      <div class="line">
        <div class="slider">
          ${this.#curve(training, values, index)}
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
          ${isStepping(session.state) && loading?.total
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
      svg,
      .ticks {
        position: absolute;
        left: 8px;
        width: calc(100% - 16px);
      }
      svg {
        top: 4px;
        height: 32px;
        overflow: visible;
      }
      polyline {
        fill: none;
        vector-effect: non-scaling-stroke;
        stroke-linejoin: round;
      }
      .whole {
        stroke: var(--grey);
      }
      polyline.so-far {
        stroke: var(--accent);
        stroke-width: 2px;
      }
      polygon {
        fill: var(--accent-ground);
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
    `,
  ];
}
