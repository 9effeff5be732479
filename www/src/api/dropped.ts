import { LogitscopeError } from './errors.js';
import { needs, some } from './files.js';

/** So many folders deep a model is looked for: in the hub's cache it lies three deep. */
const DEPTH = 5;

/**
 * The files that were dropped on a page. Of a folder, those beside its `config.json`, which may lie in a folder of it, each with
 * its path as `webkitRelativePath`, as those of a picker have. Call it in the `drop` event itself: the browser forgets
 * what was dropped when that ends.
 *
 * @throws {@link LogitscopeError} `DownloadError` if one cannot be read
 */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  if (!(transfer instanceof DataTransfer)) {
    throw new LogitscopeError('ArgumentError', 'droppedFiles takes the dataTransfer of a drop event.');
  }
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const directories = dropped.flatMap(({ entry }) => (entry?.isDirectory ? [entry as FileSystemDirectoryEntry] : []));
  const files = dropped.flatMap(({ entry, file }) => (!entry?.isDirectory && file ? [file] : []));
  return [...files, ...(await filesBelow(directories))];
}

/** The files of the outermost folders that have a config.json; if none has, all that were seen on the way. */
async function filesBelow(directories: FileSystemDirectoryEntry[]): Promise<File[]> {
  const seen: FileSystemEntry[] = [];
  for (let depth = 0; depth < DEPTH && directories.length > 0; depth += 1) {
    const folders = await Promise.all(directories.map(entries));
    const models = folders.filter((folder) => folder.some(({ isFile, name }) => isFile && name === 'config.json'));
    if (models.length > 0) return open(models.flat());
    seen.push(...folders.flat());
    // What begins with a dot is a program's own, .git for one, and may be large.
    const below = folders.flat().filter(({ isDirectory, name }) => isDirectory && !name.startsWith('.'));
    directories = below as FileSystemDirectoryEntry[];
  }
  return open(seen);
}

async function entries(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader hands out a directory in parts; an empty one is the end.
    const part = await reading<FileSystemEntry[]>(directory, (resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return all;
    all.push(...part);
  }
}

function open(entries: FileSystemEntry[]): Promise<File[]> {
  const files = entries.filter((entry) => entry.isFile) as FileSystemFileEntry[];
  return Promise.all(
    files.map(async (entry) => {
      const file = await reading<File>(entry, (resolve, reject) => entry.file(resolve, reject));
      return Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.replace(/^\//, '') });
    }),
  );
}

async function reading<T>(
  { fullPath }: FileSystemEntry,
  read: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  try {
    return await new Promise<T>(read);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LogitscopeError(
      'DownloadError',
      `${fullPath.replace(/^\//, '')} cannot be read: ${why} Drop it again, or choose the files in it instead.`,
      { cause: error },
    );
  }
}

/**
 * Of files picked with their folders, those beside the outermost config.json.
 *
 * @throws {@link LogitscopeError} `DownloadError` if there is none, or if it could be one of several
 */
export function modelFiles(files: File[]): File[] {
  const folder = (file: File) => file.webkitRelativePath.split('/').slice(0, -1);
  const configs = files.filter((file) => file.name === 'config.json').map(folder);
  if (configs.length === 0) {
    const given = some(files.map((file) => file.name));
    throw new LogitscopeError('DownloadError', `config.json is not among the files chosen (${given}). ${needs}`);
  }
  const outermost = Math.min(...configs.map((folder) => folder.length));
  const models = [...new Set(configs.filter((folder) => folder.length === outermost).map((folder) => folder.join('/')))];
  if (models.length > 1) {
    throw new LogitscopeError('DownloadError', `There are ${models.length} models in what was chosen: ${some(models)}. Choose one of these folders.`);
  }
  return files.filter((file) => folder(file).join('/') === models[0]);
}
