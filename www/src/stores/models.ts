import { Logitscope, deleteKeptModel, isSameModel, keptModels, type KeptModel, type LogitscopeError, type Progress } from '../api/logitscope';
import { reloadFor, reloadIsolates, takesUp } from '../isolation';
import { isStepping, type Failure, type Loading, type Model, type Offer } from '../state/model';
import { BUNDLED, folderUrl, knownBytes, sourceFiles, sourceKey, type Source } from '../state/source';
import { checkpointSource, fetchTraining, type Checkpoint, type Training } from '../state/training';
import { sentence } from '../words/format';
import { Commit, Store } from './store';

/** Download rates are means over so long. */
const RATE_MS = 4000;

/** A download that brings nothing for so long is said to stall. */
const STALL_MS = 5000;

export interface Models {
  model?: Model;
  loading?: Loading;
  failure?: Failure;
  /** What a link asks for, until the reader says whether to load it. */
  offer?: Offer;
  /** The bundled model's, read once that is in use; null if it cannot be had. */
  training?: Training | null;
  /** In the browser's storage, as of the last {@link ModelStore.listKept}. */
  kept: readonly KeptModel[];
  /** Something to know that stops nothing. */
  notice?: string;
}

/** Which model is in use, which is on its way, and why there is none. */
export class ModelStore extends Store<Models> {
  #scope?: Logitscope;
  /** Checkpoints of the bundled model that were left for another, by their names: going back to one takes no time. */
  readonly #left = new Map<string, Logitscope>();
  #loading?: AbortController;
  #linked?: Source;
  #training?: Promise<Training>;

  constructor() {
    super({ kept: [] });
  }

  /** The model in use, to be asked. */
  get scope(): Logitscope | undefined {
    return this.#scope;
  }

  /** As {@link open}, for the reader, who may want to go back. */
  choose(source: Source): Promise<void> {
    this.dispatchEvent(new Commit(false));
    this.tell(undefined);
    return this.open(source);
  }

  /** Loads a model beside the one in use, which stays usable until the new one is ready, and after a failure. */
  async open(wanted: Source): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#linked = undefined;
    this.set({ loading: { source: wanted, file: '', loaded: 0, fromCache: false }, failure: undefined, offer: undefined });
    const clock = this.#watchStall();
    try {
      const remote = wanted.kind === 'hub' || wanted.kind === 'url';
      if (remote && (await reloadIsolates()) && !loading.signal.aborted) return reloadFor(sourceKey(wanted));
      const { source, weights, notice } = await this.#find(wanted);
      if (loading.signal.aborted) return;
      const scope = this.#left.get(sourceKey(source)) ?? (await this.#load(source, weights, loading));
      this.#loading = undefined;
      this.#leave(source);
      this.#scope = scope;
      const told = [notice, ...scope.notices, scope.notKept].filter((said) => said !== undefined).map(sentence);
      this.set({
        model: modelOf(source, scope),
        loading: undefined,
        failure: undefined,
        notice: told.length ? told.join(' ') : this.state.notice,
      });
      if (source.kind === 'bundled' && !this.state.training) {
        this.#readTraining().then((training) => this.set({ training }), () => this.set({ training: null }));
      }
    } catch (error) {
      if (loading.signal.aborted) return;
      this.#loading = undefined;
      const kind = navigator.onLine || wanted.kind === 'files' ? 'not loaded' : 'offline';
      this.set({ loading: undefined, failure: { source: wanted, kind, message: sentence(error) } });
    } finally {
      clearInterval(clock);
    }
  }

  /**
   * Opens what a link names if that downloads nothing that a reader would want to be asked about. Otherwise it is offered, and
   * the model in use, or the bundled one, answers meanwhile. Resolves to whether it was offered.
   */
  async openLinked(source: Source): Promise<boolean> {
    this.#linked = source;
    const agreed = takesUp(sourceKey(source));
    const here = source.kind === 'bundled' || source.kind === 'files' || (await isKept(source));
    // The reader may have chosen another meanwhile.
    if (this.#linked !== source) return false;
    if (here) {
      void this.open(source);
      return false;
    }
    const offer = { source, bytes: knownBytes(source) };
    let bundled: Promise<void> | undefined;
    if (this.state.model) this.cancelLoading();
    else bundled = this.open(BUNDLED);
    this.set({ offer });
    // The reader said yes before the page was loaded again.
    if (agreed) void bundled?.then(() => (this.state.offer === offer ? this.open(source) : undefined));
    return true;
  }

  /** Goes on with the model in use instead of the one offered. */
  refuse(): void {
    this.#linked = undefined;
    this.set({ offer: undefined });
  }

  /** Goes to the bundled model as it was after so many steps; the question stays. */
  goTo(checkpoint: Checkpoint): void {
    const source = checkpointSource(checkpoint);
    const { model } = this.state;
    this.tell(undefined);
    if (model && sourceKey(model.source) === sourceKey(source)) this.cancelLoading();
    else void this.choose(source);
  }

  openFiles(files: readonly File[]): void {
    const [file] = files;
    if (!file) return this.tell('There are no files in what was chosen.');
    const folder = file.webkitRelativePath.split('/')[0];
    void this.choose({ kind: 'files', name: folder || 'local files', files });
  }

  cancelLoading(): void {
    const source = this.state.loading?.source;
    this.#loading?.abort();
    this.#loading = undefined;
    const { model, failure } = this.state;
    const cancelled: Failure | undefined = source && { source, kind: 'not loaded', message: 'Loading was cancelled.' };
    this.set({ loading: undefined, failure: model ? undefined : (failure ?? cancelled) });
  }

  tell(notice: string | undefined): void {
    this.set({ notice });
  }

  dismiss(): void {
    this.set({ failure: undefined, notice: undefined });
  }

  async listKept(): Promise<void> {
    this.set({ kept: await keptModels() });
  }

  async deleteKept(url: string): Promise<void> {
    try {
      await deleteKeptModel(url);
    } catch (error) {
      this.tell(sentence(error));
    }
    await this.listKept();
  }

  async #load(source: Source, weights: string | undefined, loading: AbortController): Promise<Logitscope> {
    const onProgress = this.#progress(loading);
    // The bundled model comes with the page, and changes with it; the browser keeps the others. It is too small to share.
    const bundled = source.kind === 'bundled';
    const options = { signal: loading.signal, onProgress, keep: !bundled, weights, threads: bundled ? 1 : undefined };
    const scope = await Logitscope.load(sourceFiles(source), options);
    if (loading.signal.aborted) {
      scope.close();
      throw loading.signal.reason;
    }
    void scope.lost.then((error) => this.#lose(scope, error));
    return scope;
  }

  /** Leaves the model in use open for another checkpoint of it; otherwise closes it, and all that were left. */
  #leave(next: Source): void {
    const { model } = this.state;
    if (this.#scope && model && isStepping(this.state)) {
      this.#left.set(sourceKey(model.source), this.#scope);
      this.#left.delete(sourceKey(next));
    } else {
      this.#close();
    }
  }

  #close(): void {
    this.#scope?.close();
    this.#scope = undefined;
    this.#left.forEach((scope) => scope.close());
    this.#left.clear();
  }

  /** A model that ended by itself is as good as none. One that was left is loaded again when it is wanted. */
  #lose(scope: Logitscope, error: LogitscopeError): void {
    this.#left.forEach((left, name) => left === scope && this.#left.delete(name));
    const { model } = this.state;
    if (scope !== this.#scope || !model) return;
    this.#close();
    this.set({ model: undefined, failure: { source: model.source, kind: 'stopped', message: sentence(error) } });
  }

  #progress(loading: AbortController): (progress: Progress) => void {
    const seen: { time: number; loaded: number }[] = [];
    return ({ file, loaded, total, fromCache, waiting }) => {
      const { source } = this.state.loading ?? {};
      if (loading !== this.#loading || !source) return;
      const time = performance.now();
      seen.push({ time, loaded });
      while (seen[0] && time - seen[0].time > RATE_MS) seen.shift();
      const first = seen[0];
      const rate = first && time > first.time ? ((loaded - first.loaded) / (time - first.time)) * 1000 : undefined;
      this.set({ loading: { source, file, loaded, total, fromCache, waiting, rate } });
    };
  }

  /** Says of a load for how long nothing has come, when that is long. */
  #watchStall(): ReturnType<typeof setInterval> {
    let came = performance.now();
    let seen = this.state.loading;
    return setInterval(() => {
      const { loading } = this.state;
      if (!loading || loading.fromCache || loading.waiting || loading.loaded === loading.total) return;
      if (loading.loaded !== seen?.loaded || loading.file !== seen.file) came = performance.now();
      seen = loading;
      const quiet = performance.now() - came;
      if (quiet >= STALL_MS) this.set({ loading: { ...loading, rate: undefined, stalled: Math.round(quiet / 1000) } });
    }, 1000);
  }

  /** What to open for a source: another file of weights for a checkpoint; the final model for one that there is not. */
  async #find(source: Source): Promise<{ source: Source; weights?: string; notice?: string }> {
    if (source.kind !== 'bundled' || source.step === undefined) return { source };
    const { step } = source;
    const instead = (why: string) => ({ source: BUNDLED, notice: `${why} This is the bundled model after all of its training.` });
    try {
      const { checkpoints } = await this.#readTraining();
      const checkpoint = checkpoints.find((checkpoint) => checkpoint.step === step);
      if (checkpoint) return { source: checkpointSource(checkpoint), weights: checkpoint.weights };
      const steps = checkpoints.map(({ step }) => step.toLocaleString('en')).join(', ');
      return instead(`There is no checkpoint after ${step.toLocaleString('en')} steps; there are after ${steps}.`);
    } catch (error) {
      return instead(`The checkpoint after ${step.toLocaleString('en')} steps cannot be found: ${sentence(error)}`);
    }
  }

  /** Reads how the bundled model came to be, once. */
  #readTraining(): Promise<Training> {
    this.#training ??= fetchTraining().catch((error: unknown) => {
      this.#training = undefined;
      throw error;
    });
    return this.#training;
  }
}

/** Whether a model is in the browser's storage, so that it takes no network. */
async function isKept(source: Exclude<Source, { kind: 'files' }>): Promise<boolean> {
  const folder = folderUrl(source);
  return (await keptModels()).some((kept) => kept.complete && isSameModel(kept, folder));
}

function modelOf(source: Source, { config, hasTokenizer, bos, revision, engine }: Logitscope): Model {
  return { source, config, hasTokenizer, bos, revision, engine };
}
