import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { trains } from '../../state/lesson';
import { sameTokens } from '../../state/picture';
import type { Stores } from '../../stores/stores';
import '../ask/corrupted-editor';
import '../ask/prediction-list';
import '../ask/prompt-editor';
import '../ask/question-line';
import '../ask/token-strip';
import { unknownWords } from '../../words/unknown';
import type { Telling } from '../events';
import '../model/training-steps';
import { base } from '../styles';
import { Watch } from '../watch';

/** The question: the sentence, its tokens, the two words, and of the bundled model how far it was trained. */
@customElement('ask-section')
export class AskSection extends LitElement {
  @property({ attribute: false }) stores!: Stores;
  /** Whether there is so little room that the question can be put on one line, and whether it is. */
  @property({ type: Boolean }) folds = false;
  @property({ type: Boolean, reflect: true }) folded = false;
  /** Whether it leaves the room, and the finding, to a lesson. */
  @property({ type: Boolean, reflect: true }) brief = false;
  /** Whether the sentences are all that is shown of it, to many. */
  @property({ type: Boolean, reflect: true }) alone = false;
  readonly watch = new Watch(this, () => {
    const { theme, models, question, answer, generation, view, patching, lesson } = this.stores;
    return [theme, models, question, answer, generation, view, patching, lesson];
  });

  protected override render() {
    const { theme, models, question, answer, generation, view, hover, patching, lesson } = this.stores;
    const { tab, whatIf } = view.state;
    const { folds, folded } = this;
    const { model, loading, failure, training, notice } = models.state;
    const { tokens, predictions, picture, sources, problems, hints } = answer.state;
    const caveat = model?.source.kind === 'bundled' ? unknownWords(tokens.slice(0, tokens.length - question.state.generated.length)) : '';
    const source = model?.source ?? loading?.source ?? failure?.source;
    return html`<section
      aria-label="The question"
      ?data-head=${view.state.selected?.includes('H') && !problems.prompt}
      @question-ask=${({ detail }: Telling<'question-ask'>) => question.ask(detail)}
      @question-type=${({ detail }: Telling<'question-type'>) => question.type(detail)}
      @prediction-choose=${({ detail }: Telling<'prediction-choose'>) => answer.choose(detail.field, detail.prediction)}
      @part-hover=${({ detail }: Telling<'part-hover'>) => hover.hover(detail)}
      @set-choose=${({ detail }: Telling<'set-choose'>) => view.showSet(detail)}
      @part-select=${({ detail }: Telling<'part-select'>) => {
        if (question.state.trail.length) question.goOut(0);
        view.select(detail);
      }}
    >
      <prompt-editor
        .question=${question.state}
        .problem=${problems.prompt}
        .model=${model}
        .folded=${folded}
        @prompt-type=${({ detail }: Telling<'prompt-type'>) => question.typePrompt(detail)}
        @bos-switch=${({ detail }: Telling<'bos-switch'>) => question.setBos(detail)}
        @preset-choose=${({ detail }: Telling<'preset-choose'>) => {
          question.show(detail);
          view.select(null);
          if (whatIf.corrupted !== null) view.suppose({ corrupted: detail.corrupted });
        }}
        @generate-start=${({ detail }: Telling<'generate-start'>) => generation.start(detail)}
      ></prompt-editor>
      ${tab === 'what-if' && whatIf.corrupted !== null
        ? html`<corrupted-editor
            .corrupted=${whatIf.corrupted}
            .patches=${patching.state}
            .folded=${folded || this.alone}
            @corrupted-type=${({ detail }: Telling<'corrupted-type'>) => view.suppose({ corrupted: detail }, true)}
            @what-if-choose=${({ detail }: Telling<'what-if-choose'>) => view.suppose(detail)}
          ></corrupted-editor>`
        : nothing}
      ${this.alone ? html`<p class="sentence">${question.state.prompt}</p>` : nothing}
      <token-strip
        .tokens=${tokens}
        .question=${question.state}
        .hover=${hover}
        .picture=${picture && sameTokens(picture.tokens, tokens) ? picture : undefined}
        .sources=${sources}
        .selected=${view.state.selected}
        .theme=${theme.state.theme}
        .caveat=${caveat}
        .generating=${generation.state.running}
        .problem=${problems.position ?? generation.state.problem}
        .line=${folded}
        .close=${this.alone}
        @token-choose=${({ detail }: Telling<'token-choose'>) => answer.chooseToken(detail)}
        @generate-stop=${() => generation.stop()}
        @generate-clear=${() => generation.clear()}
      ></token-strip>
      <question-line
        .question=${question.state}
        .problems=${problems}
        .hints=${hints}
        .predictions=${predictions}
        .picture=${picture}
        .stale=${!answer.answered && !answer.foretold}
        .source=${source}
        .caveat=${caveat}
        .folds=${folds}
        .folded=${folded}
        .brief=${this.brief}
      ></question-line>
      <prediction-list
        .predictions=${predictions}
        .preceding=${tokens.slice(0, (question.state.position ?? tokens.length - 1) + 1)}
        .answer=${picture?.answer.id}
        .incorrect=${picture?.incorrect?.id}
      ></prediction-list>
      <training-steps
        ?close=${this.alone}
        ?data-told=${lesson.state.lesson && trains(lesson.state.lesson)}
        .training=${training}
        .source=${source}
        .loading=${loading}
        .question=${question.state}
        .theme=${theme.state.theme}
        @checkpoint-choose=${({ detail }: Telling<'checkpoint-choose'>) => models.goTo(detail)}
      ></training-steps>
      ${notice
        ? html`<p class="notice small" role="status">${notice} <button type="button" @click=${() => models.dismiss()}>Dismiss</button></p>`
        : nothing}
    </section>`;
  }

  static override styles = [
    base,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 6px;
      }
      .notice {
        padding-left: 56px;
      }
      :host(:is([folded], [brief], [alone])) :is(prediction-list, training-steps:not([data-told])),
      :host([folded]) section:not([data-head]) token-strip {
        display: none;
      }
      :host([alone]) :is(prompt-editor, question-line) {
        display: none;
      }
      /* It comes and goes with a head, and moves nothing: it lies over the sentence, and stays while the page is scrolled. */
      @media screen {
        :host([folded]),
        :host([folded]) section {
          display: contents;
        }
        :host([folded]) token-strip {
          position: sticky;
          top: 0;
          z-index: 1;
          order: -1;
          --height: calc(var(--target) + 13px);
          height: var(--height);
          margin: 0 -24px calc(-1 * var(--height) - var(--gap));
          padding: 0 24px;
          border-bottom: 1px solid var(--hairline);
          background: var(--ground);
        }
        :host([folded]) section[data-head] prompt-editor {
          z-index: 2;
          background: var(--ground);
        }
        :host([folded]) section[data-head] prompt-editor:not(:focus-within) {
          opacity: 0;
          z-index: 0;
        }
      }
      .sentence {
        display: none;
      }
      /* As at twice the size on a small projector. */
      @media (max-height: 420px) {
        :host([alone]) section:not([data-head]) .sentence {
          display: block;
          max-height: 2lh;
          overflow: auto;
        }
        :host([alone]) section:not([data-head]) token-strip {
          display: none;
        }
      }
      @media print {
        training-steps,
        prediction-list {
          display: none;
        }
      }
      @media (max-width: 720px) {
        :host([folded]) token-strip {
          margin-inline: -16px;
          padding-inline: 16px;
        }
        .notice {
          padding-left: 0;
        }
      }
    `,
  ];
}
