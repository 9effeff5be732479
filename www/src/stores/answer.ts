import { Chart, LogitscopeError, initCharts, type Logitscope, type Prediction, type Run, type SourcesData, type Token } from '../api/logitscope';
import { painted } from '../later';
import { contrastOf } from '../state/contrast';
import { firstAnswer, isFirst } from '../state/first';
import type { Model } from '../state/model';
import { UNITS, byUnit, freeCharts, type Numbers, type Picture } from '../state/picture';
import type { Field, Hints, Problem, Problems, Question } from '../state/question';
import { BUNDLED } from '../state/source';
import { follow } from '../state/trail';
import { subjectOf } from '../words/trail';
import { sentence } from '../words/format';
import { Latest } from './latest';
import type { ModelStore } from './models';
import { hintsOf, meant, prepended, promptIds, written } from './prompt';
import type { QuestionStore } from './question';
import { Store } from './store';

export interface Answer {
  /** Of the current prompt. */
  tokens: readonly Token[];
  /** At the current position. */
  predictions: readonly Prediction[];
  picture?: Picture;
  /** What each head takes from each token up to where the picture reads: it comes a moment after that. */
  sources?: SourcesData;
  /** Whether an answer to the current question is being computed. */
  pending: boolean;
  problems: Problems;
  /** What the reader may have meant instead. */
  hints: Hints;
}

/** So many of the likeliest tokens are shown. */
const PREDICTIONS = 10;

/** So many questions keep their scale. */
const SCALES = 100;

type Answered = Omit<Picture, 'attributions' | 'charts'>;

const NOTHING: Answer = { tokens: [], predictions: [], pending: false, problems: {}, hints: {} };

/** Answers the question with the model in use: the newest question alone, and on the page in one go. */
export class AnswerStore extends Store<Answer> {
  #model?: Model;
  #run?: { key: string; run: Run };
  /** The answer that a question without one had, to be asked of the next checkpoint. */
  #kept?: { question: Question; answer: Token };
  /** How far each chart's scale reached, by the question, over the checkpoints of the bundled model that it was asked of. */
  readonly #spans = new Map<string, [number, number][]>();
  /** The answer that came with the page. */
  #first?: Picture;
  /** The picture before the one shown: charts move from it, so its memory is held until the next. */
  #retired?: Picture;
  readonly #explaining = new Latest((superseded) => this.#explain(superseded));

  constructor(
    private readonly models: ModelStore,
    private readonly question: QuestionStore,
  ) {
    super(NOTHING);
    models.addEventListener('change', () => {
      if (models.state.model !== this.#model) this.#changeModel();
      else void this.#foretell();
    });
    question.addEventListener('type', () => this.set({ pending: true }));
    question.addEventListener('ask', () => this.#ask());
  }

  /** Whether the picture shown is the answer of the model in use to the current question. */
  get answered(): boolean {
    const { tokens, picture, pending, problems } = this.state;
    return Boolean(picture && this.models.scope) && tokens.length > 0 && !pending && !Object.values(problems).some(Boolean);
  }

  /** Whether it is that of the page, which was there before the model: the model's own is on its way. */
  get foretold(): boolean {
    const { picture } = this.state;
    return picture !== undefined && picture === this.#first && this.#opens;
  }

  /** Whether the bundled model, in use or on its way, is asked what the page opens with. */
  get #opens(): boolean {
    const { loading, model } = this.models.state;
    return (loading ?? model)?.source === BUNDLED && isFirst(this.question.state);
  }

  /** The run that the picture is of. */
  get run(): Run | undefined {
    return this.#run?.run;
  }

  /** Takes a token of the page as the answer, or as the token to compare with. */
  async choose(field: Field, token: Token): Promise<void> {
    const other = field === 'answer' ? 'incorrect' : 'answer';
    const { picture } = this.state;
    const shown = picture?.[field];
    // A token compared with itself explains nothing: the two change places.
    const swaps = picture?.[other]?.id === token.id;
    const text = await this.#written(token);
    const before = swaps && shown ? await this.#written(shown) : '';
    if (text === undefined || before === undefined) return;
    const left = this.question.state.more.filter((_, i) => picture?.more[i]?.id !== token.id);
    // What is chosen to compare with is the only one, until another is added.
    const contrast = field === 'answer' ? { more: left } : { more: [], byProbability: false };
    this.question.ask({ ...contrast, [field]: text, ...(swaps && { [other]: before }) });
  }

  /** Chooses the position to explain; of a token that the model wrote, the position that it was predicted at. */
  async chooseToken(index: number): Promise<void> {
    const { tokens } = this.state;
    const token = tokens[index];
    if (!token) return;
    const at = (position: number) => {
      this.question.anchor = tokens[position]?.id;
      return position === tokens.length - 1 ? null : position;
    };
    if (index < tokens.length - this.question.state.generated.length || index === 0) return this.question.ask({ position: at(index) });
    const answer = await this.#written(token);
    if (answer !== undefined) this.question.ask({ position: at(index - 1), answer, incorrect: '', more: [] });
  }

  /** Takes a token as the answer after a position of the prompt, and there it is compared with none. */
  async chooseAt(position: number, token: Token): Promise<void> {
    const { tokens, picture } = this.state;
    if (position === picture?.position) return this.choose('answer', token);
    const answer = await this.#written(token);
    if (answer === undefined) return;
    this.question.anchor = tokens[position]?.id;
    this.question.ask({ position: position === tokens.length - 1 ? null : position, answer, incorrect: '', more: [] });
  }

  /** How a reader would type a token; not known once another prompt, or another model, was asked meanwhile. */
  async #written(token: Token): Promise<string | undefined> {
    const { scope } = this.models;
    const { prompt } = this.question.state;
    this.set({ pending: scope !== undefined });
    const text = await written(scope, token);
    return scope === this.models.scope && prompt === this.question.state.prompt ? text : undefined;
  }

  /** Shows a token that the model wrote, before it is asked about. */
  append(token: Token): void {
    this.set({ tokens: [...this.state.tokens, token] });
  }

  /** Another prompt is about to be asked: what was said of the one before goes, but for its picture. */
  clear(): void {
    this.set({ tokens: [], problems: {} });
  }

  /** Shows the answer that came with the page, while the model that gave it is on its way. */
  async #foretell(): Promise<void> {
    const wanted = () => !this.state.picture && this.models.state.loading && this.#opens;
    if (!wanted()) return;
    const drawn = await initCharts().then(() => true, () => false);
    if (!drawn || !wanted()) return;
    const { all, ...answered } = firstAnswer();
    this.#show(answered, all, { tokens: answered.tokens, predictions: answered.predictions });
    this.#first = this.state.picture;
  }

  #changeModel(): void {
    const { model } = this.models.state;
    const stepping = this.#model?.source.kind === 'bundled' && model?.source.kind === 'bundled';
    this.#model = model;
    this.#run?.run.free();
    this.#run = undefined;
    if (!model) return this.set({ pending: false, problems: {} });
    if (stepping) {
      this.#keepAnswer();
    } else {
      this.#kept = undefined;
      this.#spans.clear();
      if (!this.foretold) this.set({ tokens: [], predictions: [] });
    }
    this.#ask();
  }

  /** Another checkpoint finds another the likeliest: what was shown as the answer is asked for from now on. */
  #keepAnswer(): void {
    const { picture, tokens } = this.state;
    const question = this.question.state;
    // A link may have brought another prompt, which the picture does not show yet.
    if (picture && question.answer === '' && this.answered && picture.tokens === tokens) this.#kept = { question, answer: picture.answer };
  }

  async #askKept(scope: Logitscope): Promise<void> {
    const { question, answer } = this.#kept ?? {};
    if (!answer || question !== this.question.state) return;
    const text = await written(scope, answer);
    if (question === this.question.state) this.question.change({ answer: text });
  }

  #ask(): void {
    this.set({ pending: this.models.scope !== undefined });
    void this.#explaining.request();
  }

  /** Answers the current question and shows it, unless a newer one comes first. */
  async #explain(newer: () => boolean): Promise<void> {
    const { scope } = this.models;
    const model = this.#model;
    if (!scope || !model) return;
    const superseded = () => newer() || scope !== this.models.scope;
    await this.#askKept(scope);
    if (superseded()) return;
    const start = performance.now();
    const question = this.question.state;
    let piece: keyof Problems = 'prompt';
    let heard: () => Partial<Answer> = () => ({});
    try {
      const run = await this.#runOf(scope, question);
      if (superseded()) return;
      piece = 'position';
      const position = this.#position(run.tokens);
      const predictions = await run.predictions(position, PREDICTIONS);
      if (superseded()) return;
      // What the model wrote meanwhile is shown already.
      const goesOn = () => this.question.state.generated.length > question.generated.length;
      heard = () => (goesOn() ? { predictions } : { tokens: run.tokens, predictions });
      // Where the picture follows at once, it comes with that.
      if (!this.question.quick) this.set(heard());
      piece = 'answer';
      const [answer, others] = await Promise.all([
        this.#token(scope, question.answer, predictions[0]),
        Promise.all([question.incorrect, ...question.more].map((text) => this.#token(scope, text))),
      ]);
      const wrong = others.find(({ problem }) => problem)?.problem;
      if (superseded()) return;
      if (answer.problem || wrong) {
        const problems = { answer: answer.problem, incorrect: others[0]?.problem ?? (wrong && { message: wrong.message }) };
        return this.set({ ...heard(), pending: false, problems });
      }
      if (!answer.token) return;
      // Tokens by now, though they may be the same.
      piece = 'incorrect';
      const { byProbability } = question;
      const [against, ...further] = others.flatMap(({ token }) => token ?? []);
      const words = { answer: answer.token.id, ...contrastOf({ incorrect: against, more: further, byProbability }) };
      const { asked, at } = follow(question.trail, position);
      const of = asked.explain ? asked : { ...words, ...asked };
      const named = [answer.token, ...(against ? [against, ...further] : [])];
      const [[likely, incorrect, ...more], ...attributions] = await Promise.all([
        run.expectations(named.map(({ id }) => id), position),
        ...UNITS.map((unit) => run.attribute({ ...of, unit })),
      ]);
      if (superseded() || !likely) return;
      const contrast = { incorrect, more, byProbability };
      const bos = prepended(scope, question);
      const { n_layer: layers, n_head: heads } = model.config;
      const from = { source: model.source, layers, heads, tokens: run.tokens, bos, position, predictions };
      this.#show({ ...from, trail: question.trail, at, answer: likely, ...contrast }, attributions, heard());
      this.question.took = performance.now() - start;
      void this.#complete(() => run.sources(of), () => hintsOf(scope, run, position, question), superseded);
    } catch (error) {
      if (superseded()) return;
      // There is nothing wrong with a sentence that is yet to be typed.
      if (piece === 'prompt' && question.prompt.trim() === '') return this.set(NOTHING);
      if (piece === 'incorrect' && question.trail.length && error instanceof LogitscopeError && error.name !== 'AnswerError') {
        // A link's way in may not be there in this model, or this prompt: what it leads to stays on the outside.
        this.models.tell(`The link goes in where there is no way: ${sentence(error)} This is the whole question.`);
        return this.question.renew({ trail: [] });
      }
      this.set({ ...heard(), pending: false, problems: { [piece]: { message: sentence(error) } } });
    }
  }

  /** What a picture can do without for a moment comes once that is painted: who types on does not wait for it. */
  async #complete(sourcesOf: () => Promise<SourcesData>, hintsOf: () => Promise<Hints>, superseded: () => boolean): Promise<void> {
    await painted();
    if (superseded() || this.state.pending) return;
    try {
      const sources = await sourcesOf();
      if (superseded()) return;
      this.set({ sources });
      const hints = await hintsOf();
      if (!superseded()) this.set({ hints });
    } catch (error) {
      if (!superseded()) this.models.tell(sentence(error));
    }
  }

  /** Shows a picture, and what was heard of its prompt. */
  #show(answered: Answered, attributions: Numbers[], heard: Partial<Answer>): void {
    const subject = subjectOf(answered);
    const charts = attributions.map((attribution) => Chart.about(attribution, subject));
    if (answered.source.kind === 'bundled') this.#keepScale(answered, charts);
    const picture: Picture = { ...answered, attributions: byUnit(attributions), charts: byUnit(charts) };
    freeCharts(this.#retired);
    this.#retired = this.state.picture;
    this.set({ ...heard, picture, sources: undefined, pending: false, problems: {}, hints: {} });
  }

  /** One question has one scale over the checkpoints, or what is next to nothing would look as loud as what comes of it. */
  #keepScale(answered: Answered, charts: Chart[]): void {
    const { tokens, position, answer, trail } = answered;
    const asked = JSON.stringify([tokens.map(({ id }) => id), position, answer.id, contrastOf(answered), trail]);
    this.#spans.get(asked)?.forEach((span, i) => charts[i]?.widen(...span));
    // The newest stands last.
    this.#spans.delete(asked);
    this.#spans.set(asked, charts.map(({ span }) => span));
    const [oldest] = this.#spans.keys();
    if (oldest !== undefined && this.#spans.size > SCALES) this.#spans.delete(oldest);
  }

  /** One forward pass answers every question about the same tokens. */
  async #runOf(scope: Logitscope, question: Question): Promise<Run> {
    const { prompt, generated } = question;
    const prependBos = prepended(scope, question) !== undefined;
    const key = JSON.stringify([prompt, prependBos, generated]);
    if (this.#run?.key === key) return this.#run.run;
    const ids = generated.length > 0 || !scope.hasTokenizer;
    // Elsewhere they are of another position.
    const predictions = question.position === null ? PREDICTIONS : 0;
    const run = ids ? await scope.run(await promptIds(scope, question), { predictions }) : await scope.run(prompt, { prependBos, predictions });
    if (scope !== this.models.scope) {
      run.free();
      throw new Error('the model was changed');
    }
    this.#run?.run.free();
    this.#run = { key, run };
    return run;
  }

  #position(tokens: readonly Token[]): number {
    const { position } = this.question.state;
    const { anchor } = this.question;
    const last = tokens.length - 1;
    if (position === null) return last;
    const token = tokens[position];
    if (token && (anchor ?? token.id) === token.id) {
      this.question.anchor = token.id;
      return position;
    }
    if (!token && anchor === undefined) {
      this.models.tell(`There is no position ${position}: this prompt has ${tokens.length} tokens, counted from 0. This is the last.`);
    }
    this.question.anchor = undefined;
    this.question.change({ position: null });
    return last;
  }

  async #token(scope: Logitscope, text: string, otherwise?: Token): Promise<{ token?: Token; problem?: Problem }> {
    if (text === '') return { token: otherwise };
    try {
      return { token: await scope.token(text) };
    } catch (error) {
      return { problem: { message: sentence(error), fix: await meant(scope, text) } };
    }
  }
}
