import { atCommit, hubFolder, modelFolder, readHubFolder } from '../api/logitscope';

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

/**
 * Reads a name or an address of the hub, a folder's URL or `bundled[@steps]`.
 *
 * @throws an error that says why it is none of them
 */
export function parseSource(text: string): Source {
  const trimmed = text.trim();
  const [bundled, step] = /^bundled(?:@(\d{1,9}))?$/.exec(trimmed) ?? [];
  if (bundled) return step === undefined ? BUNDLED : { kind: 'bundled', step: Number(step) };
  const isAddress = /^[a-z][a-z\d+.-]*:|^\.{0,2}\//i.test(trimmed);
  return sourceOfFolder(isAddress ? modelFolder(trimmed) : hubFolder(trimmed));
}

/** A source as it is shown. Two sources may look alike; {@link sourceKey} tells them apart. */
export function sourceName(source: Source): string {
  switch (source.kind) {
    case 'bundled':
      return source.step === undefined ? 'bundled model' : `bundled model, step ${source.step}`;
    case 'hub':
      return source.id.replace(/(@[0-9a-f]{7})[0-9a-f]{33}$/, '$1');
    case 'url':
      return source.url.replace(/^https:\/\//, '').replace(/\/$/, '');
    case 'files':
      return source.name;
  }
}

/** What a source is, to the letter. */
export function sourceKey(source: Source): string {
  if (source.kind === 'files') return `files:${source.name}`;
  return source.kind === 'bundled' ? sourceName(source) : folderUrl(source);
}

/** The same model as it was at a commit on the hub, if it is from there. */
export function pinned(source: Source, revision: string | undefined): Source {
  const isRemote = source.kind === 'hub' || source.kind === 'url';
  return isRemote && revision ? sourceOfFolder(atCommit(folderUrl(source), revision)) : source;
}

/** Bytes of a model's weights, where they are known without asking its server. */
export function knownBytes(source: Source): number | undefined {
  return source.kind === 'hub' ? HUB_MODELS.find(({ id }) => id === source.id.split('@')[0])?.bytes : undefined;
}

/** What `Logitscope.load` is given. */
export function sourceFiles(source: Source): string | File[] {
  return source.kind === 'files' ? [...source.files] : folderUrl(source);
}

/** Where a model's files are. */
export function folderUrl(source: Exclude<Source, { kind: 'files' }>): string {
  switch (source.kind) {
    case 'bundled':
      return new URL('models/bundled/', document.baseURI).href;
    case 'hub':
      return hubFolder(source.id);
    case 'url':
      return source.url;
  }
}

/** The source whose folder a URL is. */
export function sourceOfFolder(url: string): Source {
  const { name, revision, path } = readHubFolder(url) ?? {};
  if (name && path === '') return { kind: 'hub', id: revision === 'main' ? name : `${name}@${revision}` };
  return url === folderUrl(BUNDLED) ? BUNDLED : { kind: 'url', url };
}
