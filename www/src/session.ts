import type { ReactiveController, ReactiveControllerHost } from 'lit';
import {
  Chart,
  Logitscope,
  LogitscopeError,
  type Attribution,
  type GenerateOptions,
  type Progress,
  type Run,
  type Token,
  type Unit,
} from './api/logitscope';
import { Latest } from './latest';
import type { Preset } from './presets';
import { BUNDLED, sourceFiles, sourceName, type Source } from './source';
import { UNITS, isAnswered, isStepping, type Picture, type Problem, type Question, type State } from './state';
import { checkpointSource, training, type Checkpoint } from './training';

/** Typing waits so long for the next key before the model runs. */
const TYPING_MS = 150;
/** Download rates are means over so long. */
const RATE_MS = 4000;

const FIRST: Question = {
  prompt: '',
  prependBos: true,
  generated: [],
  position: null,
  answer: '',
  incorrect: '',
  unit: 'head',
  selected: null,
};

/**
 * The page's one door to the model and the one place of its state. Elements read {@link state}, call the methods, and are
 * told of changes by a `change` event; each change replaces `state` as a whole.
 */
export class Session extends EventTarget {
  state: State = { question: FIRST, tokens: [], predictions: [], pending: false, generating: false, problems: {}, hovered: null };

  #scope?: Logitscope;
  /** Checkpoints of the bundled model that were left for another, by their names: going back to one takes no time. */
  readonly #left = new Map<string, Logitscope>();
  /** How far each chart's scale reached, by the question, over the checkpoints of the bundled model that it was asked of. */
  readonly #spans = new Map<string, [number, number][]>();
  #run?: { key: string; run: Run };
  #loading?: AbortController;
  #generating?: AbortController;
  #typing?: number;
  /** The id of the token at the chosen position: the choice lasts as long as this token stays there. */
  #anchor?: number;
  /** The picture before the one shown: charts move from it, so its memory is held until the next. */
  #retired?: Picture;
  readonly #explaining = new Latest((superseded) => this.#explain(superseded));

  // ---- models

  /** Loads a model beside the one in use, which stays usable until the new one is ready, and after a failure. */
  async open(wanted: Source): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#set({ loading: { source: wanted, file: '', loaded: 0, fromCache: false }, failure: undefined });
    try {
      const stepping = isStepping(this.state);
      if (stepping) await this.#fixAnswer();
      const { source, weights, notice } = await find(wanted);
      if (loading.signal.aborted) return;
      const scope = this.#left.get(sourceName(source)) ?? (await this.#load(source, weights, loading));
      if (loading.signal.aborted) return scope.close();
      this.stopGenerating();
      this.#leave(source);
      this.#scope = scope;
      this.#run = undefined;
      this.#loading = undefined;
      const told = notice ?? scope.notKept;
      if (told) this.#set({ notice: message(told) });
      if (!stepping) this.#set({ tokens: [], predictions: [] });
      this.#set({ model: { source, config: scope.config, hasTokenizer: scope.hasTokenizer, engine: scope.engine }, loading: undefined });
      this.#ask();
      if (source.kind === 'bundled' && !this.state.training) {
        training().then((training) => this.#set({ training }), () => this.#set({ training: null }));
      }
    } catch (error) {
      if (loading.signal.aborted) return;
      this.#loading = undefined;
      const offline = !navigator.onLine && wanted.kind !== 'files';
      this.#set({ loading: undefined, failure: { source: wanted, message: message(error), offline } });
    }
  }

  /** Goes to the bundled model as it was after so many steps; the question stays. */
  goTo(checkpoint: Checkpoint): void {
    const source = checkpointSource(checkpoint);
    const { model } = this.state;
    this.#set({ notice: undefined });
    if (model && sourceName(model.source) === sourceName(source)) this.cancelLoading();
    else void this.open(source);
  }

  openFiles(files: readonly File[]): void {
    const [file] = files;
    if (!file) return;
    const folder = file.webkitRelativePath.split('/')[0];
    void this.open({ kind: 'files', name: folder || 'local files', files });
  }

  cancelLoading(): void {
    const source = this.state.loading?.source;
    this.#loading?.abort();
    this.#loading = undefined;
    const failure = source && !this.state.model && { source, message: 'Loading was cancelled.', offline: false };
    this.#set({ loading: undefined, failure: failure || undefined });
  }

  dismiss(): void {
    this.#set({ failure: undefined, notice: undefined });
  }

  // ---- the question

  /** Asks something else, at once. */
  ask(change: Partial<Question>): void {
    this.#change(change);
    this.#ask();
  }

  /** A new prompt: what the model wrote after the one before goes. */
  setPrompt(prompt: string): void {
    this.stopGenerating();
    this.type({ prompt, generated: [] });
  }

  /** As {@link ask}, once the reader pauses. */
  type(change: Partial<Question>): void {
    this.#change(change);
    this.#set({ pending: true });
    clearTimeout(this.#typing);
    this.#typing = window.setTimeout(() => this.#ask(), TYPING_MS);
  }

  show(preset: Preset): void {
    const { prompt, answer, incorrect = '' } = preset;
    this.stopGenerating();
    this.#anchor = undefined;
    this.ask({ prompt, answer, incorrect, prependBos: true, generated: [], position: null, selected: null });
  }

  /** Takes a token of the page as the answer, or as the token to compare with. */
  async choose(field: 'answer' | 'incorrect', token: Token): Promise<void> {
    this.ask({ [field]: await this.#written(token) });
  }

  /** Chooses the position to explain; of a token that the model wrote, the position that it was predicted at. */
  async chooseToken(index: number): Promise<void> {
    const { tokens, question } = this.state;
    const token = tokens[index];
    if (!token) return;
    const at = (position: number) => {
      this.#anchor = tokens[position]?.id;
      return position === tokens.length - 1 ? null : position;
    };
    if (index < tokens.length - question.generated.length || index === 0) return this.ask({ position: at(index) });
    const answer = await this.#written(token);
    this.ask({ position: at(index - 1), answer, incorrect: '' });
  }

  setBos(prependBos: boolean): void {
    const { position } = this.state.question;
    const moved = position === null ? null : Math.max(0, position + (prependBos ? 1 : -1));
    this.ask({ prependBos, position: moved });
  }

  // ---- what is looked at

  select(label: string | null): void {
    const unit = UNITS.find((unit) => label !== null && this.state.picture?.charts[unit].item(label));
    this.#change({ selected: label, unit: unit ?? this.state.question.unit });
  }

  showUnit(unit: Unit): void {
    this.#change({ unit });
  }

  hover(hovered: State['hovered']): void {
    const { hovered: before } = this.state;
    if (before?.label !== hovered?.label || before?.layer !== hovered?.layer) this.#set({ hovered });
  }

  // ---- generation

  /** Lets the model continue the prompt; the tokens join the strip as they come. */
  async generate(options: GenerateOptions): Promise<void> {
    const scope = this.#scope;
    if (!scope) return;
    this.stopGenerating();
    const generating = new AbortController();
    this.#generating = generating;
    const { question, tokens, problems } = this.state;
    // The picture stays where it is, so the first new token is the one that it explains.
    if (tokens.length) this.#change({ position: question.position ?? tokens.length - 1 });
    this.#set({ generating: true, problems: { ...problems, generate: undefined } });
    try {
      const onToken = (token: Token) => {
        if (generating.signal.aborted) return;
        this.#change({ generated: [...this.state.question.generated, token.id] });
        this.#set({ tokens: [...this.state.tokens, token] });
      };
      await scope.generate(await this.#ids(scope, question), { ...options, signal: generating.signal, onToken });
    } catch (error) {
      if (!generating.signal.aborted) {
        this.#set({ problems: { ...this.state.problems, generate: { message: message(error) } } });
        this.#lost(error);
      }
    }
    if (this.#generating !== generating) return;
    this.#generating = undefined;
    this.#set({ generating: false });
    if (this.state.tokens.length === tokens.length) this.#change({ position: question.position });
    this.#ask();
  }

  stopGenerating(): void {
    this.#generating?.abort();
  }

  /** Drops what the model wrote. */
  clearGenerated(): void {
    this.stopGenerating();
    this.ask({ generated: [], position: null });
  }

  // ---- inside

  #load(source: Source, weights: string | undefined, loading: AbortController): Promise<Logitscope> {
    const onProgress = this.#progress(loading);
    // The bundled model comes with the page, and changes with it; the browser keeps the others. It is too small to share.
    const bundled = source.kind === 'bundled';
    const options = { signal: loading.signal, onProgress, keep: !bundled, weights, threads: bundled ? 1 : undefined };
    return Logitscope.load(sourceFiles(source), options);
  }

  /** Leaves the model in use open for another checkpoint of it; otherwise closes it, and all that were left. */
  #leave(next: Source): void {
    const { model } = this.state;
    const name = model && sourceName(model.source);
    if (this.#scope && name && isStepping(this.state) && name !== sourceName(next)) {
      this.#run?.run.free();
      this.#left.set(name, this.#scope);
      this.#left.delete(sourceName(next));
      return;
    }
    this.#scope?.close();
    this.#left.forEach((scope) => scope.close());
    this.#left.clear();
    this.#spans.clear();
  }

  /** Makes the answer that is shown the one that is asked for: another checkpoint finds another the likeliest. */
  async #fixAnswer(): Promise<void> {
    const { picture } = this.state;
    // A link may have brought another prompt, which the picture does not show yet.
    const shown = () => this.state.question.answer === '' && isAnswered(this.state) && this.state.tokens === picture?.tokens;
    if (!picture || !shown()) return;
    const answer = await this.#written(picture.answer);
    if (shown()) this.#change({ answer });
  }

  #set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.dispatchEvent(new Event('change'));
  }

  #change(change: Partial<Question>): void {
    this.#set({ question: { ...this.state.question, ...change } });
  }

  #ask(): void {
    clearTimeout(this.#typing);
    this.#set({ pending: this.#scope !== undefined });
    void this.#explaining.request();
  }

  /** Answers the current question and shows it, unless a newer one comes first. */
  async #explain(superseded: () => boolean): Promise<void> {
    const scope = this.#scope;
    const { question, model } = this.state;
    if (!scope || !model) return;
    let field: 'prompt' | 'position' | 'answer' = 'prompt';
    try {
      const run = await this.#runOf(scope, question);
      if (superseded()) return;
      field = 'position';
      const position = this.#position(run.tokens);
      const predictions = await run.predictions(position);
      if (superseded()) return;
      this.#set(this.state.generating ? { predictions } : { tokens: run.tokens, predictions });
      field = 'answer';
      const [answer, incorrect] = await Promise.all([
        this.#token(scope, question.answer, predictions[0]),
        this.#token(scope, question.incorrect),
      ]);
      if (superseded()) return;
      if (answer.problem || incorrect.problem) {
        const problems = { answer: answer.problem, incorrect: incorrect.problem };
        return this.#set({ pending: false, problems });
      }
      if (!answer.token) return;
      const asked = { answer: answer.token.id, incorrect: incorrect.token?.id, position };
      const attributions = await Promise.all(UNITS.map((unit) => run.attribute({ ...asked, unit })));
      if (superseded()) return;
      const { source } = model;
      this.#show({ source, tokens: run.tokens, position, predictions, answer: answer.token, incorrect: incorrect.token }, attributions);
    } catch (error) {
      if (superseded()) return;
      this.#set({ pending: false, problems: { [field]: { message: message(error) } } });
      this.#lost(error);
    }
  }

  #show(answered: Omit<Picture, 'attributions' | 'charts'>, attributions: Attribution[]): void {
    const { answer, incorrect } = answered;
    const charts = attributions.map((attribution) => new Chart(attribution, answer.text, incorrect?.text));
    if (answered.source.kind === 'bundled') this.#keepScale(answered, charts);
    const by = <T>(values: T[]) => Object.fromEntries(UNITS.map((unit, i) => [unit, values[i]])) as Record<Unit, T>;
    const picture: Picture = { ...answered, attributions: by(attributions), charts: by(charts) };
    if (this.#retired) UNITS.forEach((unit) => this.#retired?.charts[unit].free());
    this.#retired = this.state.picture;
    const { selected } = this.state.question;
    if (selected !== null && !charts.some((chart) => chart.item(selected))) this.#change({ selected: null });
    this.#set({ picture, pending: false, problems: {}, hovered: null });
  }

  /** One question has one scale over the checkpoints, or what is next to nothing would look as loud as what comes of it. */
  #keepScale({ tokens, position, answer, incorrect }: Omit<Picture, 'attributions' | 'charts'>, charts: Chart[]): void {
    const asked = JSON.stringify([tokens.map(({ id }) => id), position, answer.id, incorrect?.id]);
    this.#spans.get(asked)?.forEach((span, i) => charts[i]?.widen(...span));
    this.#spans.set(asked, charts.map(({ span }) => span));
  }

  /** One forward pass answers every question about the same tokens. */
  async #runOf(scope: Logitscope, question: Question): Promise<Run> {
    const key = JSON.stringify([question.prompt, question.prependBos, question.generated]);
    if (this.#run?.key === key) return this.#run.run;
    const { prependBos } = question;
    const run =
      question.generated.length || !scope.hasTokenizer
        ? await scope.run(await this.#ids(scope, question))
        : await scope.run(question.prompt, { prependBos });
    if (scope !== this.#scope) {
      run.free();
      throw new Error('the model was changed');
    }
    void this.#run?.run.free();
    this.#run = { key, run };
    return run;
  }

  /** The ids of the prompt and of what the model wrote after it. */
  async #ids(scope: Logitscope, { prompt, prependBos, generated }: Question): Promise<number[]> {
    if (!scope.hasTokenizer) return [...parseIds(prompt), ...generated];
    const tokens = await scope.tokens(prompt, { prependBos });
    return [...tokens.map(({ id }) => id), ...generated];
  }

  #position(tokens: readonly Token[]): number {
    const { position } = this.state.question;
    const last = tokens.length - 1;
    if (position === null) return last;
    const token = tokens[position];
    if (token && (this.#anchor ?? token.id) === token.id) {
      this.#anchor = token.id;
      return position;
    }
    if (!token && this.#anchor === undefined) {
      this.#set({ notice: `There is no position ${position}: this prompt has ${tokens.length} tokens, counted from 0. This is the last.` });
    }
    this.#anchor = undefined;
    this.#change({ position: null });
    return last;
  }

  async #token(scope: Logitscope, text: string, otherwise?: Token): Promise<{ token?: Token; problem?: Problem }> {
    if (text === '') return { token: otherwise };
    try {
      return { token: await scope.token(text) };
    } catch (error) {
      const spaced = ` ${text}`;
      const fix = await scope.token(spaced).then(() => spaced, () => undefined);
      return { problem: { message: message(error), fix } };
    }
  }

  /** How a reader would type a token: its text, or `#id` where the text is not that token alone. */
  async #written({ id, text }: Token): Promise<string> {
    const same = await this.#scope?.token(text).then((token) => token.id === id, () => false);
    return same ? text : `#${id}`;
  }

  /** Offers the model again after an error that ended its worker. */
  #lost(error: unknown): void {
    const { model } = this.state;
    if (!model || !(error instanceof LogitscopeError && error.name === 'InternalError')) return;
    this.#set({ failure: { source: model.source, message: message(error), offline: false } });
  }

  #progress(loading: AbortController): (progress: Progress) => void {
    const seen: { time: number; loaded: number }[] = [];
    return ({ file, loaded, total, fromCache }) => {
      const { source } = this.state.loading ?? {};
      if (loading !== this.#loading || !source) return;
      const time = performance.now();
      seen.push({ time, loaded });
      while (seen[0] && time - seen[0].time > RATE_MS) seen.shift();
      const first = seen[0];
      const rate = first && time > first.time ? ((loaded - first.loaded) / (time - first.time)) * 1000 : undefined;
      this.#set({ loading: { source, file, loaded, total, fromCache, rate } });
    };
  }

  // ---- links

  /** Restores what a link says: the question at once, and its model if another is in use. */
  restore(source: Source, question: Question, missing?: string): void {
    const notice = missing && `This link was made with local files, “${missing}”. Open them again to see the same numbers.`;
    this.stopGenerating();
    this.#anchor = undefined;
    this.#set({ question, tokens: [], problems: {}, notice });
    const current = this.state.loading?.source ?? this.state.model?.source;
    if (current && sourceName(current) === sourceName(source)) this.#ask();
    else void this.open(source);
  }

  start(preset: Preset): void {
    this.show(preset);
    void this.open(BUNDLED);
  }
}

/** What to open for a source: another file of weights for a checkpoint; the final model for one that there is not. */
async function find(source: Source): Promise<{ source: Source; weights?: string; notice?: string }> {
  if (source.kind !== 'bundled' || source.step === undefined) return { source };
  const { step } = source;
  const instead = (why: string) => ({ source: BUNDLED, notice: `${why} This is the bundled model after all of its training.` });
  try {
    const { checkpoints } = await training();
    const checkpoint = checkpoints.find((checkpoint) => checkpoint.step === step);
    if (checkpoint) return { source: checkpointSource(checkpoint), weights: checkpoint.weights };
    const steps = checkpoints.map(({ step }) => step.toLocaleString('en')).join(', ');
    return instead(`There is no checkpoint after ${step.toLocaleString('en')} steps; there are after ${steps}.`);
  } catch (error) {
    return instead(`The checkpoint after ${step.toLocaleString('en')} steps cannot be found: ${message(error)}`);
  }
}

/** Token ids as typed for a model without a tokenizer: `1, 5, 9`. */
function parseIds(text: string): number[] {
  const words = text.split(/[\s,]+/).filter(Boolean);
  const wrong = words.find((word) => !/^\d+$/.test(word));
  if (wrong !== undefined) {
    throw new Error(`This model has no tokenizer.json, so the prompt is token ids, as in “1, 5, 9”; “${wrong}” is not one.`);
  }
  return words.map(Number);
}

function message(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // A message that begins with a file's name or an address keeps it as it is.
  const sentence = text.replace(/^[a-z]+(?= )/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}


export const session = new Session();

/** Keeps an element up to date with the session. */
export class SessionController implements ReactiveController {
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }
  hostConnected(): void {
    session.addEventListener('change', this.#changed);
  }
  hostDisconnected(): void {
    session.removeEventListener('change', this.#changed);
  }
  readonly #changed = () => this.host.requestUpdate();
}
