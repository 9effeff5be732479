import { LogitscopeError } from './errors.js';

/** Where a model's files are. */
export type Location = { folder: string } | { files: File[] };

/** One file of a model, opened. */
export interface ModelFile {
  /** Where it comes from, for messages. */
  readonly from: string;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Its bytes as announced. A server that compresses announces fewer. */
  readonly announced: number | undefined;
  /** Whether `announced` can be relied on to the byte. */
  readonly exact: boolean;
}

/** Why a file is not there. */
export interface Missing {
  readonly missing: string;
}

/** Opens a model's files by their names in its folder. */
export interface ModelFiles {
  /** Whether they are those that the browser keeps. */
  readonly kept: boolean;
  open(name: string): Promise<ModelFile | Missing>;
}

/** What a model folder has to hold. */
export const needs =
  'A model folder needs config.json and model.safetensors (or model.safetensors.index.json with its shards), and ' +
  'tokenizer.json for prompts as text.';

/**
 * The folder of a model on the Hugging Face hub.
 *
 * @param model - `owner/name`, or `owner/name@revision` with a branch, tag or commit; without one, `main`
 * @throws {@link LogitscopeError} `ArgumentError` if it is not of that form
 */
export function hubFolder(model: string): string {
  const [, name, revision] = /^([\w.-]+\/[\w.-]+)(?:@(\S+))?$/.exec(model.trim()) ?? [];
  if (name === undefined) {
    throw new LogitscopeError(
      'ArgumentError',
      `${JSON.stringify(model)} is not the name of a model on the hub, such as openai-community/gpt2 or owner/name@revision.`,
    );
  }
  return `https://huggingface.co/${name}/resolve/${encodeURIComponent(revision ?? 'main')}/`;
}

/** The model that is meant: a folder by its URL (relative to the page), a page of it on the hub, or files. */
export function locate(model: string | URL | Iterable<File>): Location {
  if (typeof model !== 'string' && !(model instanceof URL)) return { files: modelFiles([...model]) };
  let url: URL;
  try {
    url = new URL(model, document.baseURI);
  } catch {
    throw new LogitscopeError('ArgumentError', `${JSON.stringify(model)} is not the URL of a folder.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new LogitscopeError(
      'ArgumentError',
      `${url} cannot be fetched: a model's folder has an http or https URL. Choose or drop the files themselves instead.`,
    );
  }
  url.search = url.hash = '';
  if (url.hostname === 'huggingface.co') {
    const [, name, revision] = /^\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve)\/([^/]+))?/.exec(url.pathname) ?? [];
    if (name !== undefined) return { folder: hubFolder(`${name}@${decodeURIComponent(revision ?? 'main')}`) };
  }
  url.pathname = url.pathname.replace(/\/(config\.json|model\.safetensors)$/, '/').replace(/\/*$/, '/');
  return { folder: url.href };
}

/**
 * The files that were dropped on a page; of a folder, those directly in it. Call it in the `drop` event itself: the
 * browser forgets what was dropped when that ends.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files = dropped.map(({ entry, file }) => {
    if (entry?.isDirectory) return directoryFiles(entry as FileSystemDirectoryEntry);
    return file ? [file] : [];
  });
  return (await Promise.all(files)).flat();
}

async function directoryFiles(directory: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = directory.createReader();
  const files: File[] = [];
  for (;;) {
    // A reader hands out a directory in parts; an empty one is the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const entry of entries.filter((entry) => entry.isFile)) {
      files.push(await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    }
  }
}

/** Of files picked with their folders, those beside the outermost config.json. */
function modelFiles(files: File[]): File[] {
  const folder = (file: File) => file.webkitRelativePath.split('/').slice(0, -1);
  const [config] = files
    .filter((file) => file.name === 'config.json')
    .sort((a, b) => folder(a).length - folder(b).length);
  if (!config) {
    const given = files.slice(0, 5).map((file) => file.name).join(', ') || 'nothing';
    throw new LogitscopeError('DownloadError', `config.json is not among the files chosen (${given}). ${needs}`);
  }
  return files.filter((file) => folder(file).join('/') === folder(config).join('/'));
}

/** Files that a person chose. */
export class ChosenFiles implements ModelFiles {
  readonly kept = false;
  readonly #files: Map<string, File>;

  constructor(files: File[]) {
    this.#files = new Map(files.map((file) => [file.name, file]));
  }

  async open(name: string): Promise<ModelFile | Missing> {
    const file = this.#files.get(name);
    if (!file) return { missing: `it is not among the files chosen. ${needs}` };
    return { from: 'the file chosen', body: file.stream(), announced: file.size, exact: true };
  }
}
