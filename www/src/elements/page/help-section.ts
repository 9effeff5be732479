import { LitElement, css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { COURSE } from '../../state/lesson';
import { tell } from '../events';
import { base } from '../styles';

/** What direct logit attribution is, and what it is not. */
@customElement('help-section')
export class HelpSection extends LitElement {
  protected override render() {
    const [first] = COURSE;
    return html`<section aria-label="What this shows, and what it does not">
      <p class="start">
        New here? <button type="button" @click=${() => tell(this, 'minute-begin')}>Three steps to begin with</button>
        ${first ? html`<button type="button" @click=${() => tell(this, 'lesson-begin', first.name)}>A lesson: ${first.title}</button>` : nothing}
      </p>
      <h2>What this shows</h2>
      <div class="columns">
        <p>
          GPT-2 keeps, at each token, a running sum of vectors: the <em>residual stream</em>. The embeddings start it; in each
          layer the attention heads and the MLP add to it. At the end the sum is scaled by the final LayerNorm and multiplied
          with each word’s vector: that is the word’s <em>logit</em>. So a logit is a sum of one number for each part. Those
          numbers are what the charts show: <em>direct logit attribution</em>.
        </p>
        <p>
          With a word to compare with, all numbers are of the difference of the two logits: positive pushes towards the first,
          negative towards the second. Without one, the logit is taken less the mean over the vocabulary, since adding the same to every
          logit changes no probability. The parts add up to the logit less b<sub>U</sub>, which comes from the final LayerNorm’s bias; the badge checks
          that on every answer. The numbers are those of TransformerLens, with its labels.
        </p>
      </div>
      <h2>Going in</h2>
      <div class="columns">
        <p>
          Select a head: the tokens are tinted by what it takes from each, and the bar below each is the attention that it pays there.
          What a head <em>wrote</em> and where it <em>looked</em> are two things: it may look at a token and take nothing. <em>Go in</em>
          at a token, and the charts show who had written what the head read there; then into one of those. Esc, Back, or a click on the
          words above the charts leads out.
        </p>
        <p>
          Of an MLP the strongest neurons are listed; go in to what made one fire. <em>Why there?</em> takes an attention score apart, before softmax:
          a higher score draws attention from other tokens. At every level the parts add up to the share of the one above, with
          LayerNorm’s scales and attention’s patterns as they were in this run.
        </p>
      </div>
      <h2>When was it known</h2>
      <div class="columns">
        <p>
          The <em>logit lens</em>: each state of the residual stream, after every token, goes through the final LayerNorm anew and becomes
          words, as if the model stopped there. A cell is the likeliest of them; framed cells say the answer. Early states are not made to be read
          so: what they say is a hint, and that they do not say the answer yet does not mean that it is not there.
        </p>
        <p>
          What a part <em>says</em>, in the panel of a selected one, is its direct effect on each word of the vocabulary: the words that it raises
          most, and those that it lowers most.
        </p>
      </div>
      <h2>What if</h2>
      <div class="columns">
        <p>
          Each part is taken out, alone, and the rest of the model computed anew: what is lost is its <em>total effect</em>, beside the
          <em>direct effect</em>, what it wrote itself. Later parts may step in, or may have built on it. Something has to stand in the part’s place, and
          numbers differ by what: nothing, or what the part writes on average over this sentence; at every token, or only at the one after which is looked.
        </p>
        <p>
          With a second, <em>corrupted</em> sentence that calls for another answer, what the first one has at one place is put into the second:
          <em>activation patching</em>. Where much of the difference comes back, there is what tells the two apart. 0 is what the second sentence
          says, 1 the first.
        </p>
      </div>
      <h2>Always?</h2>
      <div class="columns">
        <p>
          The same is asked of many prompts, each after its own last token: a hundred like an example, with other names, or your own. A bar is the mean, its
          whisker one standard deviation either way; a head with a dot varies by more than its mean. Prompts far from the mean come first.
        </p>
        <p>
          Your own are CSV, or JSON lines, with a <em>prompt</em> and its <em>answer</em>, and an <em>incorrect</em> one to compare with. Each further column is a
          <em>role</em>: a word of the prompt, such as the giver’s name. Select a head, and the panel says how much it looks at each.
        </p>
      </div>
      <h2>In front of people</h2>
      <div class="columns">
        <p>
          <em>Present</em>, or Ctrl+Enter, leaves the question and one chart, large. Page Up and Page Down, which clickers
          send, and the arrow keys go from view to view; in a lesson, from step to step. What is pointed at is said in large type. Esc ends it.
        </p>
        <p>
          The link in the address is the page as it stands, and so is what <em>Cite</em> gives, as a line and as BibTeX. Each view prints on
          paper, and charts are saved as pictures with the question, the model and the sum in a caption.
        </p>
      </div>
      <h2>What direct attribution does not show</h2>
      <div class="columns">
        <p>
          A part is counted for what it writes itself. A head that changes what a later head reads has its effect counted with the
          later one: a part with a small bar may still be needed, and one with a large bar may be replaced by others when it is
          removed. To know what happens without a part, one has to take it out and run the model again.
          <button type="button" @click=${() => tell(this, 'tab-choose', 'what-if')}>What if it were not there?</button>
        </p>
        <p>
          Scales of LayerNorm, and patterns of attention, are taken as they were in this run, although every part had a share in them. The
          <em>running sum</em> is read at that scale too: it is what has been added up so far, and not what the model would say if it
          stopped there, as the logit lens has it.
        </p>
        <p>
          Values are for this one prompt; look at several before you name what a head does.
          <button type="button" @click=${() => tell(this, 'tab-choose', 'always')}>Is it always so?</button>
        </p>
      </div>
      <h2>The bundled model</h2>
      <div class="columns">
        <p>
          The model that this page opens with is a GPT-2 of 1.7 MB, trained here to do a handful of things that are studied in larger
          ones: name the one who is given something (indirect objects), repeat what followed a word before (induction), complete
          facts, name later years, make verbs and pronouns agree, close brackets and quotes. Under <em>steps trained</em> are
          checkpoints of that training: the same question, asked while the model learned it. Its answer to the first question comes with
          the page, so that it is there before the model; a moment later the answer of the model in this tab takes its place.
        </p>
        <p>
          It knows the words of its own sentences and nothing else. Any other text gets an answer too, often with great confidence,
          and without sense; and it cannot write. What it was tested on, and what formed inside, is on its
          <a href="card.html">model card</a>. For anything else, load GPT-2 itself from the menu above.
        </p>
      </div>
      <p class="small grey">
        The model runs in this tab: nothing that you type leaves it. Only model files are downloaded, from where you choose.
      </p>
    </section>`;
  }

  static override styles = [
    base,
    css`
      section {
        display: grid;
        gap: 16px;
        max-width: 1040px;
        padding: 32px 24px 48px;
        margin: 0 auto;
        border-top: 1px solid var(--hairline);
      }
      p:not(.start) button {
        margin-left: -8px;
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 360px), 1fr));
        gap: 16px 32px;
      }
      @media (max-width: 720px) {
        section {
          padding: 32px 16px;
        }
      }
    `,
  ];
}
