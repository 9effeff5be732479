import { Logitscope, type Progress } from '../api/logitscope';
import { parseSource, sourceFiles, sourceKey } from '../state/source';

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

/** A model that all elements of a page share, for as long as one of them holds it. */
export interface Held {
  scope: Promise<Logitscope>;
  release(): void;
}

/** Loads a model, if no element has. */
export function hold(model: string, onProgress: (progress: Progress) => void): Held {
  const source = parseSource(model);
  const key = sourceKey(source);
  const of = shared.get(key) ?? load(key, sourceFiles(source));
  of.users += 1;
  of.watchers.add(onProgress);
  let held = true;
  return {
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

function load(key: string, files: string | File[]): Shared {
  const loading = new AbortController();
  const watchers: Shared['watchers'] = new Set();
  const onProgress = (progress: Progress) => watchers.forEach((watch) => watch(progress));
  const scope = Logitscope.load(files, { signal: loading.signal, onProgress });
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
