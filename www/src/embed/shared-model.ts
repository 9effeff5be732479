import { Logitscope, type Progress } from '../api/logitscope';
import { parseSource, sourceFiles, sourceKey, sourceName } from '../state/source';

/** So long a model waits for an element that is only moved, or asked something else. */
const GRACE_MS = 1000;

interface Shared {
  scope: Promise<Logitscope>;
  loading: AbortController;
  watchers: Set<(progress: Progress) => void>;
  users: number;
}

/** Those in use by elements of this page, by what they are read from. */
const shared = new Map<string, Shared>();

/** Brings a model's files from where they cannot be fetched. */
export type Bring = (onProgress: (progress: Progress) => void, signal: AbortSignal) => Promise<File[]>;

/** Those that are brought, by what elements ask for. */
const offered = new Map<string, { name: string; bring: Bring }>();

/** Has elements whose `model` is this one ask a model of files that are brought, when the first of them asks. */
export function offer(model: string, name: string, bring: Bring): void {
  offered.set(model, { name, bring });
}

/** A model that all elements of a page share, for as long as one of them holds it. */
export interface Held {
  name: string;
  scope: Promise<Logitscope>;
  release(): void;
}

/** Loads a model, if no element has. */
export function hold(model: string, onProgress: (progress: Progress) => void): Held {
  const { name, key, files } = sourceOf(model);
  const of = shared.get(key) ?? load(key, files);
  of.users += 1;
  of.watchers.add(onProgress);
  let held = true;
  return {
    name,
    scope: of.scope,
    release() {
      if (!held) return;
      held = false;
      of.users -= 1;
      of.watchers.delete(onProgress);
      setTimeout(() => end(key, of), GRACE_MS);
    },
  };
}

function sourceOf(model: string): { name: string; key: string; files: string | File[] | Bring } {
  const brought = offered.get(model);
  if (brought) return { name: brought.name, key: model, files: brought.bring };
  const source = parseSource(model);
  return { name: sourceName(source), key: sourceKey(source), files: sourceFiles(source) };
}

function load(key: string, files: string | File[] | Bring): Shared {
  const loading = new AbortController();
  const watchers: Shared['watchers'] = new Set();
  const onProgress = (progress: Progress) => watchers.forEach((watch) => watch(progress));
  const { signal } = loading;
  const brought = typeof files === 'function' ? files(onProgress, signal) : Promise.resolve(files);
  const scope = brought.then((files) => Logitscope.load(files, { signal, onProgress }));
  const of: Shared = { scope, loading, watchers, users: 0 };
  shared.set(key, of);
  const forget = () => {
    if (shared.get(key) === of) shared.delete(key);
  };
  // What could not be loaded, or was lost, is loaded anew by the next that asks.
  scope.then(({ lost }) => lost, () => {}).then(forget, forget);
  return of;
}

function end(key: string, of: Shared): void {
  if (of.users > 0) return;
  if (shared.get(key) === of) shared.delete(key);
  of.loading.abort();
  of.scope.then((scope) => scope.close(), () => {});
}
