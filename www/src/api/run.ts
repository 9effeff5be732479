import { checkCount, checkIds, checkObject, checkOptions, checkPosition, checkToken, checkTokens, wrong } from './arguments.js';
import { attributionOf, type Attribution } from './attribution.js';
import { lensOf, type Lens } from './lens.js';
import { WORKING, work, type Abortable, type Call, type Working } from './work.js';
import type {
  Cancelling,
  CancellingQuestion,
  Effects,
  EffectsQuestion,
  Explained,
  LensQuestion,
  LensText,
  PatchQuestion,
  Patching,
  Prediction,
  Question,
  Reaction,
  ReactionQuestion,
  Readout,
  ReadoutQuestion,
  SourcesData,
  Token,
} from '../wasm/model.js';

/** One prompt's activations, kept in the worker until {@link Run.free}. */
export class Run {
  /** The prompt's tokens. */
  readonly tokens: readonly Token[];
  readonly #call: Call;
  readonly #handle: number;
  /** After the last token, as far as they came with the run. */
  #likeliest: readonly Prediction[];

  /** @internal */
  constructor(call: Call, handle: number, tokens: Token[], likeliest: Prediction[] = []) {
    this.#call = call;
    this.#handle = handle;
    this.tokens = tokens;
    this.#likeliest = likeliest;
    abandoned.register(this, { call, handle }, this);
  }

  /** The `k` likeliest tokens after a position (counted from the end if negative), likeliest first. */
  async predictions(position = -1, k = 10, options: Abortable = {}): Promise<Prediction[]> {
    checkPosition(position);
    checkCount('k', k);
    checkOptions(options, { signal: 'signal' });
    const last = position === -1 || position === this.tokens.length - 1;
    if (last && k > 0 && k <= this.#likeliest.length && !options.signal) return this.#likeliest.slice(0, k).map((token) => ({ ...token }));
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
   * Takes the logit of the answer apart, or its difference to the logit of `incorrect`, or to another `contrast`; as far as it comes through a `path`, if one
   * is given; or another number, by `explain`.
   *
   * This is what each part itself wrote to the residual stream, as it is read there, at the scale that the LayerNorm had in this
   * run and with attention's patterns as they were. What a part does by changing the input of later parts is counted with those.
   */
  async attribute(question: Question, options: Abortable = {}): Promise<Attribution> {
    const asked: Question = { ...explained(question), unit: question.unit };
    if (question.of !== undefined && question.of !== null) asked.of = question.of;
    checkOptions(options, { signal: 'signal' });
    return attributionOf(await this.#call((service) => service.attribute(this.#handle, asked), options.signal));
  }

  /**
   * What each part adds in this run less what it adds in the corrupted one, of a prompt that is as long: where the difference of the two
   * answers comes from. `logit`, `bias` and `total` are differences too.
   */
  async difference(corrupted: Run, question: Explained & { unit: 'component' | 'layer' | 'head' }, options: Abortable = {}): Promise<Attribution> {
    const other = this.#other(corrupted);
    const asked: Question = { ...explained(question), unit: question.unit };
    checkOptions(options, { signal: 'signal' });
    return attributionOf(await this.#call((service) => service.difference(this.#handle, other, asked), options.signal));
  }

  /** What each head takes from each token at one position, of the logit (difference) or of another number: as unit `source`, of all heads. */
  async sources(of: Explained, options: Abortable = {}): Promise<SourcesData> {
    const asked = explained(of);
    checkOptions(options, { signal: 'signal' });
    const { heads, ...numbers } = await this.#call((service) => service.sources(this.#handle, asked), options.signal);
    // Before the first layer there are none.
    return { ...numbers, heads: heads === '' ? [] : heads.split(' ') };
  }

  /**
   * Pairs of parts of which the later erases, at the position, what the earlier wrote, while both have a share in the logit (difference)
   * worth telling: shares that cancel, and say little of what either part does. Those that cancel most come first.
   */
  async cancelling(question: CancellingQuestion, options: Abortable = {}): Promise<Cancelling[]> {
    const asked = { ...explained(question), unit: question.unit };
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.cancelling(this.#handle, asked), options.signal);
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
    const of = explained(question);
    const { unit, ablation, positions, signal, onProgress } = question;
    const asked = { ...of, ...given({ unit, ablation, positions }) };
    checkOptions({ signal, onProgress }, WORKING);
    return work(this.#call, (service) => service.effects(this.#handle, asked as EffectsQuestion), { signal, onProgress }, (known: Effects) => known);
  }

  /**
   * What the logit (difference) of the corrupted run, of a prompt that is as long, is with each activation of this one in its place:
   * activation patching. Cancelled by its signal within a tenth of a second.
   */
  async patch(corrupted: Run, question: PatchQuestion & Working<Patching>): Promise<Patching> {
    const other = this.#other(corrupted);
    const of = explained(question);
    const { site, signal, onProgress } = question;
    const asked = { ...of, ...given({ site }) };
    checkOptions({ signal, onProgress }, WORKING);
    return work(this.#call, (service) => service.patch(this.#handle, other, asked as PatchQuestion), { signal, onProgress }, (known: Patching) => known);
  }

  /**
   * What the model would say after a position, or all, if it stopped at each state of the residual stream: the logit lens, by the final
   * LayerNorm anew. The last position is known first. Cancelled by its signal within a tenth of a second.
   */
  async lens(question: LensQuestion & Working<Lens> = {}): Promise<Lens> {
    checkObject('question', question, "{ answer: ' Mary', position: null }");
    const { answer, position = -1, k = 5, signal, onProgress } = question;
    if (answer !== undefined && answer !== null) checkToken('answer', answer);
    if (position !== null) checkPosition(position);
    checkCount('k', k);
    checkOptions({ signal, onProgress }, WORKING);
    const asked = given({ answer, position, k }) as LensQuestion;
    return work(this.#call, (service) => service.lens(this.#handle, asked), { signal, onProgress }, (known: LensText) => lensOf(known));
  }

  /** What a part says to the whole vocabulary: the tokens that it promotes and suppresses most, with its attribution for each as the answer. */
  async readout(question: ReadoutQuestion, options: Working<Readout[]> = {}): Promise<Readout> {
    checkObject('question', question, "{ part: 'L9H9' }");
    const { part, ...rest } = question;
    const [readout] = await this.readouts({ ...rest, parts: [part] }, options);
    return readout as Readout;
  }

  /**
   * As {@link Run.readout}, of several parts in one pass over the unembedding, or, of hundreds, in few. What is known on the way is of the
   * first ones. Cancelled by its signal within a tenth of a second.
   */
  async readouts(question: Omit<ReadoutQuestion, 'part'> & { parts: readonly string[] }, options: Working<Readout[]> = {}): Promise<Readout[]> {
    checkObject('question', question, "{ parts: ['L9H9'] }");
    const { parts, position = -1, k = 10 } = question;
    if (!Array.isArray(parts)) throw wrong('parts', parts, "a list of labels such as ['L9H9', 'L9H9@5']");
    for (const part of parts as readonly unknown[]) if (typeof part !== 'string') throw wrong('part', part, 'a label such as L9H9 or L9H9@5');
    checkPosition(position);
    checkCount('k', k);
    checkOptions(options, WORKING);
    return work(this.#call, (service) => service.readouts(this.#handle, [...parts], position, k), options, (known: Readout[]) => known);
  }

  /**
   * How the rest of the model reacts when one part is taken out: the change of the logit (difference), as a sum of what the part had added,
   * the final LayerNorm's new scale, and what each later part adds beyond what it did.
   */
  async reaction(question: ReactionQuestion, options: Abortable = {}): Promise<Reaction> {
    const of = explained(question);
    const { part, ablation, positions } = question;
    const asked = { ...of, ...given({ part, ablation, positions }) };
    checkOptions(options, { signal: 'signal' });
    return this.#call((service) => service.reaction(this.#handle, asked as ReactionQuestion), options.signal);
  }

  /** The run without a part, the rest of the model having reacted. It can be asked whatever this one can. */
  async without(removal: Pick<ReactionQuestion, 'part' | 'ablation' | 'positions'>, options: Abortable = {}): Promise<Run> {
    checkObject('removal', removal, "{ part: 'L9H9' }");
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
  async patched(corrupted: Run, place: Pick<PatchQuestion, 'site'> & { at: readonly number[] }, options: Abortable = {}): Promise<Run> {
    const other = this.#other(corrupted);
    checkObject('place', place, "{ site: 'resid_pre', at: [0, 3] }");
    checkOptions(options, { signal: 'signal' });
    const { site, at } = place;
    if (!Array.isArray(at)) throw wrong('at', at, 'a list such as [layer, position]');
    at.forEach((index: number, i) => checkCount(`at[${i}]`, index));
    const asked = given({ site, at }) as unknown as PatchQuestion;
    const { run, tokens } = await this.#call((service) => service.patched(this.#handle, other, asked), options.signal);
    return new Run(this.#call, run, tokens);
  }

  /** The handle of another run of the same model. */
  #other(run: Run): number {
    if (!(run instanceof Run) || run.#call !== this.#call) throw wrong('corrupted', run, 'a run of the same model');
    return run.#handle;
  }

  /** Gives the memory of the activations back. */
  free(): void {
    this.#likeliest = [];
    abandoned.unregister(this);
    release({ call: this.#call, handle: this.#handle });
  }
}

/** What is asked, checked as far as it can be without the model. */
function explained(of: Explained): Explained {
  checkObject('question', of, "{ answer: ' Mary', unit: 'head' }");
  const { answer, incorrect, contrast, explain, path, position } = of;
  if ((explain ?? undefined) === undefined || (answer ?? undefined) !== undefined) checkToken('answer', answer);
  if (incorrect !== undefined && incorrect !== null) checkTokens('incorrect', incorrect);
  if (position !== undefined && position !== null) checkPosition(position);
  const asked: Explained = { position: position === undefined ? -1 : position };
  if (answer !== undefined) asked.answer = answer;
  if (incorrect !== undefined) asked.incorrect = incorrect;
  if (contrast !== undefined) asked.contrast = contrast;
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
