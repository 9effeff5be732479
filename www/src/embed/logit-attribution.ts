import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { initCharts, type Unit } from '../api/charts';
import type { Progress } from '../api/logitscope';
import { define } from '../elements/define';
import type { Telling } from '../elements/events';
import { isLabel } from '../state/label';
import type { LensPlace } from '../state/lens';
import { bytes, sentence } from '../words/format';
import type { Exhibit } from './exhibit';
import { unreadable } from './json';
import { read } from './read';
import { Scheme } from './scheme';
import { styles } from './styles';
import type { LogitAttributionEvents } from './types';

/** What is answered again when it changes. */
const ASKED = ['model', 'prompt', 'answer', 'incorrect', 'unit', 'position', 'src', 'data'] as const;
/** An element that is moved is out of the page for less. */
const MOVED_MS = 500;
/** Bytes of a file beyond which it is not read: the page would stand still. A cell of a lens takes some 340: GPT-2 XL's 97 states of a thousand tokens 33 MB. */
const LARGEST = 64e6;

/** An answer in any page: of a model, or of JSON. */
@define('logit-attribution')
export class LogitAttribution extends LitElement {
  /** Asks models, where that can be done. */
  static live?: () => Promise<typeof import('./live')>;
  @property() model = '';
  @property() prompt = '';
  @property() answer = '';
  @property() incorrect: string | readonly string[] = '';
  @property() unit: Unit = 'head';
  @property({ type: Number }) position = -1;
  @property() src = '';
  @property({ attribute: false }) data: unknown;
  @property() selected: string | null = null;
  /** The selected cell of a lens, or of patching. */
  @state() private place: LensPlace | null = null;
  @state() private exhibit?: Exhibit;
  @state() private problem?: string;
  @state() private progress?: Progress;
  @state() private pending = false;
  readonly #scheme = new Scheme(this);
  readonly #view = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '200px' });
  #inView = false;
  /** The newest question; what is answered to one before is not shown. */
  #asking?: AbortController;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#view.observe(this);
    if (this.#inView && !this.exhibit && !this.pending) void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view.disconnect();
    setTimeout(() => this.isConnected || this.#clear(), MOVED_MS);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.#inView && ASKED.some((name) => changed.has(name))) void this.#ask();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('selected') || changed.has('exhibit')) void this.#takeApart();
  }

  #seen(entries: IntersectionObserverEntry[]): void {
    if (this.#inView || !entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.#inView = true;
    void this.#ask();
  }

  /** Out of the page nothing is held. */
  #clear(): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#show(undefined);
    this.pending = this.#inView = false;
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const { signal } = asking;
    await Promise.resolve();
    if (signal.aborted) return;
    [this.pending, this.problem, this.progress] = [true, undefined, undefined];
    try {
      const { exhibit, answer } = await this.#answered(signal);
      if (signal.aborted) return exhibit?.free();
      this.#show(exhibit);
      if (answer) this.#tell('answer', answer);
    } catch (error) {
      if (signal.aborted) return;
      this.problem = sentence(error);
      this.#show(undefined);
      this.#tell('error', { name: error instanceof Error ? error.name : 'Error', message: this.problem });
    }
    [this.pending, this.progress] = [false, undefined];
  }

  /** What is given is taken before what has to be fetched, and that before what has to be computed. */
  async #answered(signal: AbortSignal): Promise<{ exhibit?: Exhibit; answer?: LogitAttributionEvents['answer']['detail'] }> {
    const { data, src, model } = this;
    const inline = this.querySelector(':scope > script[type="application/json"]')?.textContent;
    if (data === undefined && src === '' && inline === undefined && model === '') return {};
    if (data !== undefined || src !== '' || inline !== undefined) {
      const [json] = await Promise.all([data ?? (src === '' ? parsed(inline ?? '', 'The JSON in this element') : fetched(src, signal)), initCharts()]);
      return { exhibit: await read(json), answer: json as Readonly<Record<string, unknown>> };
    }
    const { prompt, answer, incorrect, unit, position } = this;
    if (prompt.trim() === '') throw unreadable('`prompt` is empty: give it a text.');
    if (!LogitAttribution.live) throw unreadable('This copy shows exported answers alone: it has no model.');
    const { ask } = await LogitAttribution.live();
    const others = typeof incorrect === 'string' ? [incorrect].filter(Boolean) : incorrect;
    return ask({ model, prompt, answer, incorrect: others, unit, position }, signal, (progress) => (this.progress = progress));
  }

  #show(exhibit: Exhibit | undefined): void {
    const before = this.exhibit;
    this.exhibit = exhibit;
    this.place = null;
    // What drew it may be about to draw it once more, or to list its numbers.
    void this.updateComplete.then(() => setTimeout(() => before?.free(), MOVED_MS));
  }

  /** Of a part that is selected, where a model can be asked. */
  async #takeApart(): Promise<void> {
    const { exhibit, selected } = this;
    if (exhibit?.kind !== 'attribution' || selected === null || exhibit.parts.some(({ numbers }) => numbers.of === selected)) return;
    try {
      const part = await exhibit.takeApart?.(selected);
      if (part && exhibit === this.exhibit) this.exhibit = { ...exhibit, parts: [...exhibit.parts, part] };
    } catch (error) {
      if (exhibit === this.exhibit) this.#tell('error', { name: error instanceof Error ? error.name : 'Error', message: sentence(error) });
    }
  }

  #tell<K extends keyof LogitAttributionEvents>(type: K, detail: LogitAttributionEvents[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #select(event: Telling<'part-select'>): void {
    event.stopPropagation();
    this.selected = event.detail;
    this.#tell('select', { label: this.selected, at: null });
  }

  #selectPlace(event: Telling<'state-select'> | Telling<'cell-select'>): void {
    event.stopPropagation();
    this.place = event.detail;
    this.#tell('select', { label: null, at: this.place });
  }

  #exhibit() {
    const { exhibit, place } = this;
    const selected = isLabel(this.selected) ? this.selected : null;
    const { theme } = this.#scheme;
    switch (exhibit?.kind) {
      case 'attribution':
        return html`<attribution-exhibit part="exhibit" .exhibit=${exhibit} .selected=${selected} .theme=${theme}></attribution-exhibit>`;
      case 'effects':
        return html`<effects-exhibit part="exhibit" .exhibit=${exhibit} .selected=${selected} .theme=${theme}></effects-exhibit>`;
      case 'lens':
        return html`<lens-exhibit part="exhibit" .exhibit=${exhibit} .selected=${place} .theme=${theme}></lens-exhibit>`;
      case 'patching':
        return html`<patching-exhibit part="exhibit" .exhibit=${exhibit} .selected=${place} .theme=${theme}></patching-exhibit>`;
      default:
        return nothing;
    }
  }

  /** How far loading is, where it is known. */
  #waiting() {
    const { progress } = this;
    if (!progress) return html`<p class="waiting grey" role="status">Loading…</p>`;
    const { loaded, total } = progress;
    return html`<p class="waiting grey" role="status">
      Loading the model: ${bytes(loaded)}${total ? ` of ${bytes(total)}` : ''}
      <progress .value=${loaded} .max=${total || loaded || 1} aria-label="Loading the model"></progress>
    </p>`;
  }

  protected override render() {
    const { exhibit, problem, pending } = this;
    const { identity, model } = exhibit ?? {};
    return html`<span class="scheme" aria-hidden="true"></span>
      <figure part="figure" aria-busy=${pending ? 'true' : 'false'} ?data-stale=${pending && exhibit}>
        ${exhibit
          ? html`<figcaption part="caption">
                ${exhibit.prompt ? html`<p class="prompt" part="prompt">${exhibit.prompt}</p>` : nothing}
                <p class="heading" part="heading">${exhibit.heading}</p>
                ${exhibit.note ? html`<p class="small grey" part="note">${exhibit.note}</p>` : nothing}
              </figcaption>
              <div
                @part-select=${this.#select}
                @state-select=${this.#selectPlace}
                @cell-select=${this.#selectPlace}
                @cell-go-in=${(event: Event) => event.stopPropagation()}
              >${this.#exhibit()}</div>
              <p class="small foot" part="identity">
                ${identity ? html`<span class=${identity.exact ? 'grey' : 'wrong'}><span aria-hidden="true">${identity.exact ? '✓' : '✗'}</span> ${identity.line}</span>` : nothing}
                ${model ? html`<span class="grey">${model}</span>` : nothing}
              </p>`
          : nothing}
        ${problem
          ? html`<div class="problem" part="problem" role="alert">
              <p class="wrong">${problem}</p>
              <button type="button" @click=${() => void this.#ask()}>Try again</button>
            </div>`
          : nothing}
        ${pending && !exhibit ? this.#waiting() : nothing}
        ${exhibit || problem || pending ? nothing : html`<slot></slot>`}
      </figure>`;
  }

  static override styles = styles;
}

async function fetched(src: string, signal: AbortSignal): Promise<unknown> {
  const name = src.length > 200 ? `${src.slice(0, 200)}…` : src;
  const response = await fetch(new URL(src, document.baseURI), { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw unreadable(`${name} could not be fetched: there was no answer. Another origin has to allow it (CORS).`);
  });
  if (!response.ok) throw unreadable(`${name} could not be fetched: ${response.status} ${response.statusText}`.trim());
  // Not in the page's memory before it is known how large it is.
  const file = await response.blob().catch(() => {
    throw unreadable(`${name} could not be fetched: the connection was cut.`);
  });
  if (file.size > LARGEST) throw unreadable(`${name} has ${bytes(file.size)}; an answer of more than ${bytes(LARGEST)} is not read.`);
  return parsed(await file.text(), name);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const begin = text.trim().slice(0, 24);
    const what = /^[{[]/.test(begin) ? 'it begins like JSON, and is cut or damaged' : begin ? `it begins with ${JSON.stringify(begin)}` : 'it is empty';
    throw unreadable(`${name} is not JSON: ${what}.`);
  }
}
