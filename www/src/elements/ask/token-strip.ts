import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { tints, type SourcesData, type Token } from '../../api/logitscope';
import type { Problem, Question } from '../../state/question';
import type { Picture } from '../../state/picture';
import { mainSources, restsOnFirst, sourcesOf, type Sources } from '../../state/sources';
import type { HoverStore } from '../../stores/view';
import { takenFrom } from '../../words/depth';
import { middle, percent, pieceName, pieces, sentence, shown, visible, type Piece } from '../../words/format';
import { tell } from '../events';
import { row } from '../row';
import { base } from '../styles';
import { Watch } from '../watch';
import { arc, arcs } from './arc';
import { styles } from './strip-styles';

/**
 * The prompt as the model sees it. The chosen token is the one after which the next is explained. Of a head it is the chart of what
 * that takes from each token, and beneath of where it looks.
 */
@customElement('token-strip')
export class TokenStrip extends LitElement {
  @property({ attribute: false }) tokens: readonly Token[] = [];
  @property({ attribute: false }) question!: Question;
  /** What is to be known of its words. */
  @property() caveat = '';
  /** Whether the model is writing. */
  @property({ type: Boolean }) generating = false;
  @property({ attribute: false }) problem?: Problem;
  /** Whether there is room for a line alone. */
  @property({ type: Boolean, reflect: true }) line = false;
  /** Whether it is all that there is of the sentence: the tokens stand close together, as its words do. */
  @property({ type: Boolean, reflect: true }) close = false;
  /** What is under the pointer: of a head, its sources are shown; else of the selected one. */
  @property({ attribute: false }) hover!: HoverStore;
  /** The answer to a question about these tokens, if it is there. */
  @property({ attribute: false }) picture?: Picture;
  /** What its heads take from each token, once that is there. */
  @property({ attribute: false }) sources?: SourcesData;
  /** The selected part's label. */
  @property({ attribute: false }) selected: string | null = null;
  @property() theme: 'light' | 'dark' = 'light';
  readonly watch = new Watch(this, () => [this.hover]);

  /** The tokens as they are shown. */
  #shown: { piece?: Piece; short: string; whole: string }[] = [];
  /** Of which head of which answer the sources are, and the style of each token that something is taken from. */
  #drawn?: { sources?: SourcesData; head?: string; theme: string };
  #sources?: Sources;
  #tints: string[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('tokens')) {
      const cut = pieces(this.tokens);
      this.#shown = this.tokens.map(({ text }, i) => {
        const piece = cut[i];
        const short = piece ? pieceName(piece) : shown(text);
        const whole = short.includes('…') ? `${middle(visible(text.slice(0, 4000)), 1000)}\n` : '';
        return { piece, short, whole };
      });
    }
    // Until a new answer's are there, those of the one before stay: nothing blinks.
    if (this.picture && !this.sources) return;
    const { picture, theme } = this;
    const sources = picture && this.sources;
    const head = [this.hover.state.hovered?.label, this.selected].find((label) => label && sources?.heads.includes(label)) ?? undefined;
    const { sources: before, head: drawn, theme: ground } = this.#drawn ?? {};
    if (sources === before && head === drawn && theme === ground) return;
    this.#drawn = { sources, head, theme };
    this.#sources = sources && head !== undefined ? sourcesOf(sources, head) : undefined;
    const taken = this.#sources?.attribution ?? [];
    const most = taken.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const shares = Float64Array.from(taken, (value) => (most > 0 ? value / most : 0));
    const grounds = taken.length ? tints(shares, this.theme === 'dark') : [];
    this.#tints = grounds.map((ground) => `background: ${ground}; color: ${inkOn(ground)}`);
  }

  /** Arrows walk the strip, along its lines and across, which is one stop of the Tab key. */
  #walk(event: KeyboardEvent): void {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLButtonElement>('button[data-token]')];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (at < 0) return;
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: across(buttons, at, -1), ArrowDown: across(buttons, at, 1), Home: 0, End: buttons.length - 1 };
    const to = (moves as Record<string, number | undefined>)[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  }

  protected override render() {
    const { tokens, question, caveat, generating, problem, picture, line } = this;
    const sources = this.#sources;
    const at = picture?.at;
    const position = question.position ?? tokens.length - 1;
    const written = tokens.length - question.generated.length;
    const rests = question.prependBos && sources !== undefined && sources.pattern.length > 1 && restsOnFirst(sources);
    const from = sources ? mainSources(sources, rests).filter((i) => i !== at) : [];
    return html`
      <span class="gutter" id="label" title=${rests ? 'The share of the head’s attention that rests on the first token' : nothing}>${rests ? html`<b>${percent(sources.pattern[0])}</b> rests` : 'after'}</span>
      <div class="strip ${question.prependBos ? 'bos' : ''} ${rests ? 'rests' : ''}" role="group" aria-label="Tokens: choose the position to explain" @keydown=${this.#walk}>
        ${tokens.map((token, i) => {
          const byModel = i >= written;
          const { piece, short = '', whole = '' } = this.#shown[i] ?? {};
          const read = at === i && at !== picture?.position;
          const tint = this.#tints[i];
          const paid = sources?.pattern[i];
          const lines = at === undefined ? '' : arc(i, from, at);
          const taken = paid === undefined ? '' : `${rests && i === 0 ? 'rest of its attention: ' : ''}the head ${takenFrom(sources?.attribution[i] ?? 0, paid)}`;
          const name = [`${i}: ${short}`, byModel && 'written by the model', read && 'read here', taken].filter(Boolean).join(', ');
          // With each word that is typed, all others stay as they are.
          return guard([i, token.id, token.text, piece?.part, whole, name, i === position, tint, paid, lines], () => html`<span class="cell ${piece && piece.part > 1 ? 'on' : ''} ${lines}">
            <button
              type="button"
              data-token
              class="token ${byModel ? 'written' : ''} ${read ? 'read' : ''} ${tint ? 'tinted' : ''}"
              .style=${tint ?? ''}
              aria-label=${name}
              aria-pressed=${i === position ? 'true' : 'false'}
              tabindex=${i === position ? 0 : -1}
              title="${whole}${taken ? `${sentence(taken)}\n` : ''}${byModel ? 'Explain why the model wrote this' : 'Explain what comes after this'} (token ${i}, id ${token.id}${piece ? `, the bytes ${token.text}` : ''})"
              @click=${() => tell(this, 'token-choose', i)}
            >${short}</button>
            <span class="paid" ?data-shown=${paid !== undefined} .style=${`background-size: ${100 * (paid ?? 0)}% 100%`}></span>
          </span>`);
        })}
        ${tokens.length ? nothing : expected(question).map((word) => html`<span class="cell" aria-hidden="true"><span class="token expected">${shown(word)}</span></span>`)}
        ${generating ? html`<button type="button" class="main" @click=${() => tell(this, 'generate-stop')}>Stop</button>` : nothing}
        ${question.generated.length && !generating
          ? html`<button type="button" @click=${() => tell(this, 'generate-clear')}>Clear what it wrote</button>`
          : nothing}
      </div>
      ${caveat && !line ? html`<p class="below small grey" role="status">${caveat}</p>` : nothing}
      ${problem && !line ? html`<p class="below small wrong" role="alert">${problem.message}</p>` : nothing}
    `;
  }

  protected override firstUpdated(): void {
    const strip = this.renderRoot.querySelector('.strip');
    if (strip) new ResizeObserver(() => this.#reveal()).observe(strip);
  }

  protected override updated(): void {
    this.#reveal();
  }

  /** Whatever is chosen is in sight: of a selected head, what it takes most from. */
  #reveal(): void {
    const strip = this.renderRoot.querySelector<HTMLElement>('.strip');
    const taken = this.selected !== null && this.#drawn?.head === this.selected ? (this.#sources?.attribution ?? []).map(Math.abs) : [];
    const most = taken.indexOf(Math.max(...taken));
    const chosen = strip?.querySelectorAll<HTMLElement>('button[data-token]')[most] ?? strip?.querySelector<HTMLElement>('[aria-pressed="true"]');
    const size = `${strip?.clientWidth} ${strip?.clientHeight}`;
    if (!strip?.clientWidth || !chosen || (chosen === this.#seen?.chosen && size === this.#seen.size)) return;
    this.#seen = { chosen, size };
    const { offsetTop: top, offsetLeft: left, offsetHeight: height, offsetWidth: width } = chosen.parentElement ?? chosen;
    if (top < strip.scrollTop || top + height > strip.scrollTop + strip.clientHeight) strip.scrollTop = top - (strip.clientHeight - height) / 2;
    if (left < strip.scrollLeft || left + width > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = left - (strip.clientWidth - width) / 2;
  }

  #seen?: { chosen: HTMLElement; size: string };

  static override styles = [base, row, arcs, styles];
}

/** The token next to one on the line before or after: none if there is no such line. */
function across(buttons: HTMLElement[], at: number, step: 1 | -1): number | undefined {
  const [rects, from] = [buttons.map((button) => button.getBoundingClientRect()), buttons[at]?.getBoundingClientRect()];
  const line = (step > 0 ? rects.slice(at) : rects.slice(0, at).reverse()).find((rect) => from && rect.top !== from.top)?.top;
  const off = (i: number) => Math.abs((rects[i]?.x ?? 0) - (from?.x ?? 0));
  const on = rects.flatMap(({ top }, i) => (top === line ? [i] : []));
  return on.length ? on.reduce((nearest, i) => (off(i) < off(nearest) ? i : nearest)) : undefined;
}

/** Black or white, whichever is easier to read on a ground such as `#1a2b3c`. */
function inkOn(ground: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(ground.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

/** The words of a prompt, which are about what its tokens will be: they keep the room for them. */
function expected({ prompt, prependBos }: Question): string[] {
  const words = prompt.match(/ ?\w+| ?[^\s\w]+|\s+/g) ?? [];
  return [...(prependBos ? ['<|endoftext|>'] : []), ...words.slice(0, 200)];
}
