import { hubFolder } from '../api/logitscope';

/** The bundled model, as it was after so many steps of its training; without a number, when that was finished. */
export interface Bundled {
  kind: 'bundled';
  step?: number;
}

/** Where a model comes from. */
export type Source =
  | Bundled
  | { kind: 'hub'; id: string }
  | { kind: 'url'; url: string }
  | { kind: 'files'; name: string; files: readonly File[] };

export const BUNDLED: Bundled = { kind: 'bundled' };

/** Models of the Hugging Face hub that are one click away, with the size of their weights in bytes. */
export const HUB_MODELS = [
  { id: 'openai-community/gpt2', bytes: 548e6, layers: 12 },
  { id: 'distilbert/distilgpt2', bytes: 353e6, layers: 6 },
  { id: 'openai-community/gpt2-medium', bytes: 1.52e9, layers: 24 },
] as const;

/** Reads `owner/name[@revision]`, a folder's URL or `bundled[@steps]`; undefined if it is none of them. */
export function parseSource(text: string): Source | undefined {
  const trimmed = text.trim();
  const [bundled, step] = /^bundled(?:@(\d{1,9}))?$/.exec(trimmed) ?? [];
  if (bundled) return step === undefined ? BUNDLED : { kind: 'bundled', step: Number(step) };
  if (/^(https?:\/\/|\.{0,2}\/)\S+$/.test(trimmed)) return { kind: 'url', url: trimmed };
  if (/^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/.test(trimmed)) return { kind: 'hub', id: trimmed };
  return undefined;
}

export function sourceName(source: Source): string {
  switch (source.kind) {
    case 'bundled':
      return source.step === undefined ? 'bundled model' : `bundled model, step ${source.step}`;
    case 'hub':
      return source.id;
    case 'url':
      return source.url.replace(/^https?:\/\//, '').replace(/\/$/, '');
    case 'files':
      return source.name;
  }
}

/** What `Logitscope.load` is given. */
export function sourceFiles(source: Source): string | File[] {
  switch (source.kind) {
    case 'bundled':
      return new URL('models/bundled/', document.baseURI).href;
    case 'hub':
      return hubFolder(source.id);
    case 'url':
      return new URL(source.url.replace(/\/?$/, '/'), document.baseURI).href;
    case 'files':
      return [...source.files];
  }
}

/** The source whose folder a URL is. */
export function sourceOfFolder(url: string): Source {
  const [, name, revision] = /^https:\/\/huggingface\.co\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/$/.exec(url) ?? [];
  if (name && revision) return { kind: 'hub', id: revision === 'main' ? name : `${name}@${decodeURIComponent(revision)}` };
  return url === sourceFiles(BUNDLED) ? BUNDLED : { kind: 'url', url };
}
