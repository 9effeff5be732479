/**
 * Direct logit attribution for GPT-2, exact, in a browser tab.
 *
 * ```js
 * import { Logitscope } from 'https://example.org/logitscope/logitscope.js';
 *
 * const scope = await Logitscope.load('https://example.org/logitscope/models/bundled/');
 * const run = await scope.run('When Mary and John went to the store, John gave a drink to');
 * const dla = await run.attribute({ answer: ' Mary', incorrect: ' John', unit: 'head' });
 * console.table(dla.top(5));
 * ```
 *
 * @packageDocumentation
 */
import { proxy, type Remote } from 'comlink';
import { checkCount, checkIds, checkOptions, checkPosition, checkPrompt, checkToken, wrong } from './arguments.js';
import { initCharts, type Engine } from './engine.js';
import { LogitscopeError } from './errors.js';
import { locate } from './locate.js';
import type { Progress } from './progress.js';
import { discardIncomplete } from './storage/kept.js';
import { Team } from './team.js';
import type { Input, Loaded, Service } from './worker.js';
import type {
  AttributionData,
  AttributionText,
  Bos,
  Contribution,
  Effects,
  EffectsQuestion,
  Explained,
  ModelConfig,
  PatchQuestion,
  Patching,
  Prediction,
  Question,
  Reaction,
  ReactionQuestion,
  SamplingOptions,
  SourcesData,
  Token,
} from '../wasm/model.js';

export { Chart, Curve, PatchGrid, Pattern, Scatter, tints } from '../wasm/charts.js';
export { initCharts, type Engine } from './engine.js';
export { LogitscopeError, type LogitscopeErrorName } from './errors.js';
export { droppedFiles } from './dropped.js';
export { atCommit, hubFolder, readHubFolder, type HubFolder } from './hub.js';
export { modelFolder } from './locate.js';
export type { Progress } from './progress.js';
export { deleteKeptModel, isSameModel, keptModels, type KeptModel } from './storage/kept.js';
export { cachedModels, deleteCachedModel, type CachedModel } from './deprecated.js';
export type { Input } from './worker.js';
export type {
  ChartItem,
  ChartKey,
  ChartView,
  Charted,
  CurveView,
  PatchCell,
  PatchView,
  PatternCell,
  PatternView,
  ScatterPoint,
  Subject,
} from '../wasm/charts.js';
export type {
  Asked,
  Bos,
  Contribution,
  Effects,
  EffectsQuestion,
  Explained,
  ModelConfig,
  PatchQuestion,
  PatchSite,
  Patching,
  Prediction,
  Question,
  Reaction,
  ReactionQuestion,
  Removal,
  SamplingOptions,
  SourcesData,
  Token,
  Unit,
} from '../wasm/model.js';

/** How to load a model. */
export interface LoadOptions {
  /**
   * At most so many threads may compute, each a worker of its own. Default: as many as the processor has, up to 8. More than
   * it has, and than 8, are not started.
   * Where a page is not cross-origin isolated, browsers allow one; {@link Logitscope.engine} tells how many there are.
   */
  threads?: number;
  /** Cancels the load, which then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called about ten times a second, and at the end. */
  onProgress?: (progress: Progress) => void;
  /**
   * Whether a model from a URL is kept in the browser's storage, to load without the network next time. Default true.
   * What is kept stays as it is until {@link deleteKeptModel}; say false for a folder whose files change.
   */
  keep?: boolean;
  /**
   * The file of weights in the folder to read instead of `model.safetensors` or its shards, e.g. an earlier checkpoint of
   * the same training, `model.step-400.safetensors`. Such a model is not kept in the browser's storage.
   */
  weights?: string;
}

/** For questions that a newer one can supersede. */
export interface Abortable {
  /** A question whose signal is aborted before its turn is not computed. It rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** How far work is that takes its time. */
export interface Work<T> {
  /** Multiply-adds done, of `total`. */
  done: number;
  total: number;
  /** Seconds that are left, by how long it took so far. */
  secondsLeft: number;
  /** What is known by now: numbers that are not known yet are NaN. */
  known: T;
}

/** For work that takes its time: other questions are answered in between. */
export interface Working<T> extends Abortable {
  /** Called about ten times a second, and at the end. */
  onProgress?: (work: Work<T>) => void;
}

/** How a prompt is read, and when to forget it. */
export interface PromptOptions extends Abortable {
  /** Whether text begins with the model's beginning-of-sequence token. Default true. Token ids are used as they are. */
  prependBos?: boolean;
}

/** How to continue a prompt. */
export interface GenerateOptions extends PromptOptions, SamplingOptions {
  /** Called with each token as soon as it is chosen. */
  onToken?: (token: Token) => void;
}

/** A logit, or the difference of two, as a sum of what the parts of the model wrote to the residual stream. */
export interface Attribution extends AttributionData {
  /** The `k` highest parts, highest first; over several positions, by their mean. As TransformerLens's `top`. */
  top(k: number): Contribution[];
  /** The `k` parts of the largest magnitude, largest first; over several positions, by that of their mean. */
  strongest(k: number): Contribution[];
}

/** The first `k` parts by the size of their mean over the positions. */
function first({ labels, attribution, positions }: AttributionData, k: number, size: (value: number) => number): Contribution[] {
  const n = positions.length;
  const mean = (i: number) => attribution.subarray(i * n, (i + 1) * n).reduce((sum, value) => sum + value, 0) / n;
  const means = labels.map((label, i) => ({ label, value: mean(i) }));
  return means.sort((a, b) => size(b.value) - size(a.value)).slice(0, Math.max(0, k));
}

const WORKING = { signal: 'signal', onProgress: 'function' } as const;

/** The labels of a head's sources, or of an MLP's neurons and its output bias. */
function numbered({ unit, of = '', attribution }: Omit<AttributionText, 'labels'>): string[] {
  if (unit === 'source') return Array.from(attribution, (_, token) => `@${token}`);
  const layer = parseInt(of);
  const neurons = Array.from(attribution.subarray(1), (_, neuron) => `L${layer}N${neuron}`);
  return [...neurons, `${layer}_mlp_bias`];
}

const PROMPT_OPTIONS = { prependBos: 'flag', signal: 'signal' } as const;
const GENERATE_OPTIONS = {
  ...PROMPT_OPTIONS,
  onToken: 'function',
  maxTokens: 'number',
  temperature: 'number',
  topK: 'number',
  seed: 'number',
} as const;

/** Asks the worker, after everything asked before. */
type Call = <T>(ask: (service: Remote<Service>) => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** A model in workers of its own. Questions are answered one after the other, in the order in which they were asked. */
export class Logitscope {
  /** The model's configuration. */
  readonly config: ModelConfig;
  /** Whether prompts and answers can be texts; without a tokenizer they are token ids alone. */
  readonly hasTokenizer: boolean;
  /** The token that is put before prompts, and who named it. None where there is no tokenizer, or no such token. */
  readonly bos: Bos | undefined;
  /** What is to be known of how the model was read, as sentences: what of its files was left out, say. */
  readonly notices: readonly string[];
  /** Why the model is not kept in the browser's storage, if that was refused. */
  readonly notKept: string | undefined;
  /** The commit on the Hugging Face hub that the model is of, where it came from there and the hub told. */
  readonly revision: string | undefined;
  /** How the model computes. */
  readonly engine: Engine;
  /**
   * Resolves, with the reason, if the model is lost: memory ran out, or a worker stopped. Its workers are ended by then, with
   * their memory, so a model can be loaded again; whatever this scope is asked rejects with the same error. Never
   * resolves for a scope that is, or was, closed by {@link Logitscope.close}.
   */
  readonly lost: Promise<LogitscopeError>;
  readonly #team: Team;
  readonly #call: Call;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(team: Team, loaded: Loaded) {
    this.#team = team;
    this.engine = team.engine;
    this.lost = team.lost;
    this.config = loaded.config;
    this.hasTokenizer = loaded.hasTokenizer;
    this.bos = loaded.bos;
    this.notices = loaded.notices;
    this.notKept = loaded.notKept;
    this.revision = loaded.revision;
    this.#call = (ask, signal) => {
      const answer = this.#last.then(async () => {
        signal?.throwIfAborted();
        return team.ask(ask);
      });
      this.#last = answer.catch(() => {});
      return answer;
    };
  }

  /**
   * Loads a model in the Hugging Face layout: `config.json`; `model.safetensors` or `pytorch_model.bin`, or the shards of
   * either with their `.index.json`; and `tokenizer.json`, or `vocab.json` and `merges.txt`, if they are there.
   *
   * @param model - the URL of the model's folder, relative to the page ({@link hubFolder} gives that of a model on the
   *   Hugging Face hub, {@link modelFolder} says what else it may be), or the files themselves, picked or dropped ({@link droppedFiles})
   * @throws {@link LogitscopeError} that says what was wrong with which file. Scopes loaded before stay usable.
   */
  static async load(model: string | URL | Iterable<File>, options: LoadOptions = {}): Promise<Logitscope> {
    checkOptions(options, { threads: 'number', signal: 'signal', onProgress: 'function', weights: 'text', keep: 'flag' });
    const { threads, signal, onProgress, weights, keep = true } = options;
    if (threads !== undefined && !(Number.isInteger(threads) && threads > 0)) {
      throw new LogitscopeError('ArgumentError', `threads: ${threads} is not a whole number from 1 up`);
    }
    if (weights !== undefined && !/^[^/\\:]+\.(safetensors|bin|pt|pth)$/.test(weights)) {
      const given = JSON.stringify(weights);
      throw new LogitscopeError('ArgumentError', `weights: ${given} is not the name of a .safetensors or .bin file in the model's folder`);
    }
    signal?.throwIfAborted();
    const location = locate(model);
    const charts = initCharts();
    charts.catch(() => {});
    const team = await Team.start(threads);
    const abort = () => team.end(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      await charts;
      signal?.throwIfAborted();
      const report = proxy((progress: Progress) => void (signal?.aborted || onProgress?.(progress)));
      const kept = keep && weights === undefined;
      return new Logitscope(team, await team.ask((service) => service.load(location, kept, weights, report)));
    } catch (error) {
      team.end(error);
      if ('folder' in location) await discardIncomplete(location.folder);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Runs the model once on a prompt. Every question about it is answered from what this pass left behind. */
  async run(prompt: Input, options: PromptOptions = {}): Promise<Run> {
    const input = checkPrompt(prompt);
    checkOptions(options, PROMPT_OPTIONS);
    const { prependBos = true, signal } = options;
    const { run, tokens } = await this.#call((service) => service.run(input, prependBos), signal);
    return new Run(this.#call, run, tokens);
  }

  /** The tokens of a prompt. */
  async tokens(prompt: Input, options: PromptOptions = {}): Promise<Token[]> {
    const input = checkPrompt(prompt);
    checkOptions(options, PROMPT_OPTIONS);
    const { prependBos = true, signal } = options;
    return this.#call((service) => service.tokens(input, prependBos), signal);
  }

  /**
   * The one token that an answer is, given as its id or as text.
   *
   * @throws {@link LogitscopeError} `AnswerError` that shows the tokens that the text splits into
   */
  async token(answer: string | number, options: Abortable = {}): Promise<Token> {
    checkToken('answer', answer);
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.token(answer), options.signal);
  }

  /** The text of token ids, characters that span several tokens included. */
  async text(ids: ArrayLike<number>): Promise<string> {
    const given = checkIds('ids', ids);
    return this.#call((service) => service.text(given));
  }

  /** Continues a prompt and resolves to the new tokens. Other questions are answered in between. */
  async generate(prompt: Input, options: GenerateOptions = {}): Promise<Token[]> {
    const input = checkPrompt(prompt);
    checkOptions(options, GENERATE_OPTIONS);
    const { prependBos = true, signal, onToken, ...sampling } = options;
    const handle = await this.#call((service) => service.generate(input, prependBos, sampling), signal);
    const tokens: Token[] = [];
    try {
      for (;;) {
        const token = await this.#call((service) => service.next(handle), signal);
        if (!token) return tokens;
        tokens.push(token);
        onToken?.(token);
      }
    } finally {
      this.#call((service) => service.free(handle)).catch(() => {});
    }
  }

  /** Bytes of memory that the model has taken; it never shrinks, so this is also the most that it took. */
  memory(): Promise<number> {
    return this.#call((service) => service.memory());
  }

  /** Ends the workers and gives their memory back. What is still being computed rejects with a `ClosedError`. */
  close(): void {
    this.#team.end(new LogitscopeError('ClosedError', 'This model was closed; load it again.'));
  }
}

/** One prompt's activations, kept in the worker until {@link Run.free}. */
export class Run {
  /** The prompt's tokens. */
  readonly tokens: readonly Token[];
  readonly #call: Call;
  readonly #handle: number;

  /** @internal */
  constructor(call: Call, handle: number, tokens: Token[]) {
    this.#call = call;
    this.#handle = handle;
    this.tokens = tokens;
    abandoned.register(this, { call, handle }, this);
  }

  /** The `k` likeliest tokens after a position (counted from the end if negative), likeliest first. */
  async predictions(position = -1, k = 10, options: Abortable = {}): Promise<Prediction[]> {
    checkPosition(position);
    checkCount('k', k);
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.predictions(this.#handle, position, k), options.signal);
  }

  /** What the model expects of tokens, given by their ids, after a position: the probability and rank of each. */
  async expectations(ids: ArrayLike<number>, position = -1, options: Abortable = {}): Promise<Prediction[]> {
    const tokens = Uint32Array.from(checkIds('ids', ids));
    checkPosition(position);
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.expectations(this.#handle, position, tokens), options.signal);
  }

  /**
   * Takes the logit of the answer apart, or its difference to the logit of `incorrect`; as far as it comes through a `path`, if one
   * is given; or another number, by `explain`.
   *
   * This is what each part itself wrote to the residual stream, as it is read there, at the scale that the LayerNorm had in this
   * run and with attention's patterns as they were. What a part does by changing the input of later parts is counted with those.
   */
  async attribute(question: Question, options: Abortable = {}): Promise<Attribution> {
    const asked: Question = { ...explained(question), unit: question.unit };
    if (question.of !== undefined && question.of !== null) asked.of = question.of;
    checkOptions(options, { signal: 'signal' });
    const { labels, factors, ...numbers } = await this.#call((service) => service.attribute(this.#handle, asked), options.signal);
    const data: AttributionData = { ...numbers, labels: labels?.split(' ') ?? numbered(numbers) };
    if (factors && data.unit === 'source') data.pattern = [...factors];
    if (factors && data.unit === 'neuron') data.activation = Array.from(factors, (factor) => (Number.isNaN(factor) ? null : factor));
    return { ...data, top: (k) => first(data, k, (value) => value), strongest: (k) => first(data, k, Math.abs) };
  }

  /** What each head takes from each token at one position, of the logit (difference) or of another number: as unit `source`, of all heads. */
  async sources(of: Explained, options: Abortable = {}): Promise<SourcesData> {
    const asked = explained(of);
    checkOptions(options, { signal: 'signal' });
    const { heads, ...numbers } = await this.#call((service) => service.sources(this.#handle, asked), options.signal);
    // Before the first layer there are none.
    return { ...numbers, heads: heads === '' ? [] : heads.split(' ') };
  }

  /** The whole attention pattern of a head such as `L9H9`: of each token the attention to those up to there, one after the other. */
  async pattern(head: string, options: Abortable = {}): Promise<Float32Array> {
    if (typeof head !== 'string') throw wrong('head', head, 'a label such as L9H9');
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.pattern(this.#handle, head), options.signal);
  }

  /**
   * What the logit of the answer, or its difference to that of `incorrect`, is without each part: its total effect, beside its direct
   * one. The part is taken out, and the rest of the model reacts. Cancelled by its signal within a tenth of a second.
   */
  async effects(question: EffectsQuestion & Working<Effects>): Promise<Effects> {
    const { unit, ablation, positions, signal, onProgress } = question;
    const asked = { ...explained(question), ...given({ unit, ablation, positions }) };
    checkOptions({ signal, onProgress }, WORKING);
    return this.#work((service) => service.effects(this.#handle, asked as EffectsQuestion), { signal, onProgress });
  }

  /**
   * What the logit (difference) of the corrupted run, of a prompt that is as long, is with each activation of this one in its place:
   * activation patching. Cancelled by its signal within a tenth of a second.
   */
  async patch(corrupted: Run, question: PatchQuestion & Working<Patching>): Promise<Patching> {
    const other = this.#other(corrupted);
    const { site, signal, onProgress } = question;
    const asked = { ...explained(question), ...given({ site }) };
    checkOptions({ signal, onProgress }, WORKING);
    return this.#work((service) => service.patch(this.#handle, other, asked as PatchQuestion), { signal, onProgress });
  }

  /**
   * How the rest of the model reacts when one part is taken out: the change of the logit (difference), as a sum of what the part had added,
   * the final LayerNorm's new scale, and what each later part adds beyond what it did.
   */
  async reaction(question: ReactionQuestion, options: Abortable = {}): Promise<Reaction> {
    const { part, ablation, positions } = question;
    const asked = { ...explained(question), ...given({ part, ablation, positions }) };
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.reaction(this.#handle, asked as ReactionQuestion), options.signal);
  }

  /** The run without a part, the rest of the model having reacted. It can be asked whatever this one can. */
  async without(removal: Pick<ReactionQuestion, 'part' | 'ablation' | 'positions'>, options: Abortable = {}): Promise<Run> {
    checkOptions(options, { signal: 'signal' });
    const { part, ablation, positions } = removal;
    const asked = given({ part, ablation, positions }) as unknown as ReactionQuestion;
    const { run, tokens } = await this.#call((service) => service.without(this.#handle, asked), options.signal);
    return new Run(this.#call, run, tokens);
  }

  /**
   * The corrupted run with one activation of this one: `at` is a place of the site's shape, as [layer, position]. It can be asked whatever
   * the corrupted one can.
   */
  async patched(corrupted: Run, { site, at }: Pick<PatchQuestion, 'site'> & { at: readonly number[] }, options: Abortable = {}): Promise<Run> {
    const other = this.#other(corrupted);
    checkOptions(options, { signal: 'signal' });
    const asked = given({ site, at }) as unknown as PatchQuestion;
    const { run, tokens } = await this.#call((service) => service.patched(this.#handle, other, asked), options.signal);
    return new Run(this.#call, run, tokens);
  }

  /** The handle of another run of the same model. */
  #other(run: Run): number {
    if (!(run instanceof Run) || run.#call !== this.#call) throw wrong('corrupted', run, 'a run of the same model');
    return run.#handle;
  }

  async #work<T extends Effects | Patching>(start: (service: Remote<Service>) => Promise<number>, { signal, onProgress }: Working<T>): Promise<T> {
    const handle = await this.#call(start, signal);
    const begun = performance.now();
    let told = begun;
    try {
      for (;;) {
        const tell = onProgress !== undefined && performance.now() - told > 100;
        const { more, done, total, known } = await this.#call((service) => service.advance(handle, tell), signal);
        if (known) {
          told = performance.now();
          const secondsLeft = ((told - begun) / 1000) * (total / Math.max(1, done) - 1);
          onProgress?.({ done, total, secondsLeft, known: known as T });
        }
        if (!more) return known as T;
      }
    } finally {
      this.#call((service) => service.free(handle)).catch(() => {});
    }
  }

  /** Gives the memory of the activations back. */
  free(): void {
    abandoned.unregister(this);
    release({ call: this.#call, handle: this.#handle });
  }
}

/** What is asked, checked as far as it can be without the model. */
function explained(of: Explained): Explained {
  if (typeof of !== 'object' || of === null) throw wrong('question', of, "an object such as { answer: ' Mary', unit: 'head' }");
  const { answer, incorrect, explain, path, position } = of;
  if ((explain ?? undefined) === undefined || (answer ?? undefined) !== undefined) checkToken('answer', answer);
  if (incorrect !== undefined && incorrect !== null) checkToken('incorrect', incorrect);
  if (position !== undefined && position !== null) checkPosition(position);
  const asked: Explained = { position: position === undefined ? -1 : position };
  if (answer !== undefined) asked.answer = answer;
  if (incorrect !== undefined) asked.incorrect = incorrect;
  if (explain !== undefined) asked.explain = explain;
  if (path !== undefined && path !== null) {
    if (typeof path !== 'object' || !(Symbol.iterator in path)) throw wrong('path', path, "a list of steps such as ['L9H9@5', 'L4H11@3']");
    asked.path = [...path];
  }
  return asked;
}

/** What is not left out. */
function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Frees the runs that nobody can reach any more. */
const abandoned = new FinalizationRegistry(release);

function release({ call, handle }: { call: Call; handle: number }): void {
  call((service) => service.free(handle)).catch(() => {});
}
