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
import { proxy } from 'comlink';
import { checkCount, checkIds, checkOptions, checkPrompt, checkToken, wrong, type Input } from './arguments.js';
import { initCharts } from './charts.js';
import type { Engine } from './engine.js';
import { LogitscopeError } from './errors.js';
import { locate } from './locate.js';
import { checkLoad, GENERATE_OPTIONS, PROMPT_OPTIONS, type GenerateOptions, type LoadOptions, type PromptOptions, type RunOptions } from './options.js';
import type { Progress } from './progress.js';
import { Run } from './run.js';
import { discardIncomplete } from './storage/kept.js';
import { Team } from './team.js';
import { attributeAll, effectsAll, sourcesAll, type SetAttribution, type SetEffects, type SetOptions, type SetSources } from './set.js';
import { WORKING, work, type Abortable, type Call, type Work, type Working } from './work.js';
import type { Loaded } from './worker.js';
import type { Bos, HeadScores, HeadScoresOptions, ModelConfig, Removal, SetPrompt, Token, Unit } from '../wasm/model.js';

export * from './charts.js';
export type { Engine } from './engine.js';
export { droppedFiles } from './dropped.js';
export { atCommit, hubFolder, readHubFolder, type HubFolder } from './hub.js';
export { modelFolder } from './locate.js';
export type { Progress } from './progress.js';
export type { Lens } from './lens.js';
export type { Attribution } from './attribution.js';
export type { GenerateOptions, LoadOptions, PromptOptions, RunOptions } from './options.js';
export { Run } from './run.js';
export type { Abortable, Work, Working } from './work.js';
export { deleteKeptModel, isSameModel, keptModels, type KeptModel } from './storage/kept.js';
export { cachedModels, deleteCachedModel, type CachedModel } from './deprecated.js';
export type { Moments, RoleSources, SetAnswer, SetAttribution, SetEffects, SetOptions, SetSources } from './set.js';
export type { Input } from './arguments.js';
export type {
  AnsweredPrompt,
  Asked,
  Bos,
  Cancelling,
  CancellingQuestion,
  Contribution,
  Effects,
  EffectsQuestion,
  Explained,
  FailedPrompt,
  HeadScores,
  HeadScoresOptions,
  LensQuestion,
  ModelConfig,
  PatchQuestion,
  PatchSite,
  Patching,
  Prediction,
  Question,
  Reaction,
  ReactionQuestion,
  Readout,
  ReadoutQuestion,
  Removal,
  SamplingOptions,
  SetPrompt,
  SourcesData,
  Token,
  Unit,
  Word,
} from '../wasm/model.js';

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
  /** When all that was asked before is on its way to the worker, and when it is answered. */
  #sent: Promise<unknown> = Promise.resolve();
  #answered: Promise<unknown> = Promise.resolve();

  private constructor(team: Team, loaded: Loaded) {
    this.#team = team;
    this.engine = team.engine;
    this.lost = team.lost;
    this.config = loaded.config;
    this.hasTokenizer = loaded.hasTokenizer;
    this.bos = loaded.bos;
    this.notices = team.notice === undefined ? loaded.notices : [...loaded.notices, team.notice];
    this.notKept = loaded.notKept;
    this.revision = loaded.revision;
    this.#call = (ask, signal) => {
      // What can be taken back waits for its turn here. All else goes to the worker, which answers in order, however busy the page is.
      const answer = (signal ? this.#answered : this.#sent).then(() => {
        signal?.throwIfAborted();
        return { coming: team.ask(ask) };
      });
      this.#sent = answer.catch(() => {});
      const known = answer.then(({ coming }) => coming);
      this.#answered = known.catch(() => {});
      return known;
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
    checkLoad(options);
    const { threads, signal, onProgress, weights, keep = true, assets, workerUrl } = options;
    signal?.throwIfAborted();
    const location = locate(model);
    const charts = initCharts({ assets });
    charts.catch(() => {});
    const team = await Team.start({ threads, assets, workerUrl });
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
  async run(prompt: Input, options: RunOptions = {}): Promise<Run> {
    const input = checkPrompt(prompt);
    checkOptions(options, PROMPT_OPTIONS);
    const { prependBos = true, predictions = 0, signal } = options;
    checkCount('predictions', predictions);
    const { run, tokens, likeliest } = await this.#call((service) => service.run(input, prependBos, predictions), signal);
    return new Run(this.#call, run, tokens, likeliest);
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

  /**
   * What the heads are, whatever is asked: where they look in random tokens said twice, and whether they raise the tokens that they read.
   * While it is computed, the layers that are known by then are told. Cancelled by its signal within a tenth of a second.
   */
  async headScores(options: HeadScoresOptions & Working<HeadScores> = {}): Promise<HeadScores> {
    checkOptions(options, { ...WORKING, length: 'number', seed: 'number' });
    const { length, seed, signal, onProgress } = options;
    return work(this.#call, (service) => service.headScores({ length, seed }), { signal, onProgress }, (known: HeadScores) => known);
  }

  /**
   * Reads prompts with their answers from text: CSV with the columns `prompt` (or `tokens`), `answer` and `incorrect` (several of them for the
   * mean of several tokens), each further column a role; or JSON lines, or a JSON list, of {@link SetPrompt}s.
   *
   * @throws {@link LogitscopeError} `ArgumentError` that names the line and the column
   */
  async parsePrompts(text: string, options: Abortable = {}): Promise<SetPrompt[]> {
    if (typeof text !== 'string') throw wrong('text', text, 'text');
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.parsePrompts(text), options.signal);
  }

  /**
   * The same question of many prompts, each after its own last token: mean and standard deviation of what each part adds. Prompts that cannot
   * be asked are listed with their reasons, and the rest counts. With several units, each prompt is run once. Cancelled by its signal
   * within a tenth of a second.
   */
  async attributeAll(prompts: readonly SetPrompt[], options: { unit: Unit } & SetOptions & Working<SetAttribution>): Promise<SetAttribution>;
  async attributeAll(prompts: readonly SetPrompt[], options: { unit: readonly Unit[] } & SetOptions & Working<SetAttribution[]>): Promise<SetAttribution[]>;
  async attributeAll(
    prompts: readonly SetPrompt[],
    options: { unit: Unit | readonly Unit[] } & SetOptions & Working<never>,
  ): Promise<SetAttribution | SetAttribution[]> {
    checkOptions(options, {});
    const { unit, onProgress, ...rest } = options;
    const tell = onProgress as ((work: Work<unknown>) => unknown) | undefined;
    if (Array.isArray(unit)) return attributeAll(this.#call, prompts, unit as Unit[], { ...rest, onProgress: tell });
    const told = tell && ((work: Work<SetAttribution[]>) => tell({ ...work, known: work.known[0] }));
    const [answer] = await attributeAll(this.#call, prompts, [unit as Unit], { ...rest, onProgress: told });
    return answer as SetAttribution;
  }

  /** The total effects of parts over many prompts, as {@link Run.effects} has them of one. As {@link attributeAll} otherwise. */
  async effectsAll(prompts: readonly SetPrompt[], options: Removal & { unit: 'component' | 'head' } & SetOptions & Working<SetEffects>): Promise<SetEffects> {
    checkOptions(options, {});
    const { unit, ablation, positions, ...rest } = options;
    return effectsAll(this.#call, prompts, { unit, ablation, positions }, rest);
  }

  /**
   * How each head looks at the token of each role over many prompts, and what it takes from there, as {@link Run.sources} has it of one. As
   * {@link attributeAll} otherwise.
   */
  async sourcesAll(prompts: readonly SetPrompt[], options: SetOptions & Working<SetSources> = {}): Promise<SetSources> {
    return sourcesAll(this.#call, prompts, options);
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
