import type { Missing, ModelFile, ModelFiles } from './files.js';
import { atCommit, isCommit, readHubFolder } from './hub.js';

const root = 'logitscope';
const manifestName = 'logitscope-manifest.json';

/** Of earlier ones, tokenizer_config.json and what goes with it was not kept: they are downloaded anew. */
const layout = 2;

/** Written last, so that a model with one is complete. */
interface Manifest {
  layout: typeof layout;
  /** Bytes by file name. */
  files: Record<string, number>;
  /** The hub's commit that they are of. */
  revision?: string;
}

/** A model kept in the browser's storage: in the private file system of this site, which is the quickest that there is. */
export interface KeptModel {
  /** The URL of its folder, as `Logitscope.load` takes it. */
  url: string;
  /** What it takes up. */
  bytes: number;
  /** Whether it is all there. What a closed tab left behind is not; it is replaced when the model is loaded again. */
  complete: boolean;
  /** The hub's commit that it is of, if it came from there. */
  revision?: string;
}

/** The models kept in this browser for this site. None where the browser refuses storage. */
export async function keptModels(): Promise<KeptModel[]> {
  const models: KeptModel[] = [];
  try {
    const folders = await modelFolders();
    for await (const [name, folder] of folders.entries()) {
      if (folder.kind === 'directory') models.push(await describe(decodeURIComponent(name), folder));
    }
  } catch {
    // No storage, nothing kept.
  }
  return models;
}

/** Whether a folder's model is the kept one: it is of that folder, or of the commit on the hub that the folder's URL names. */
export function isSameModel({ url, revision }: KeptModel, folder: string): boolean {
  return url === folder || (revision !== undefined && atCommit(url, revision) === folder);
}

/** Deletes a kept model. A scope that was loaded from it stays usable. */
export async function deleteKeptModel(url: string): Promise<void> {
  const folders = await modelFolders();
  for (let tries = 20; ; tries -= 1) {
    try {
      return await folders.removeEntry(encodeURIComponent(url), { recursive: true });
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) return;
      // A file stays locked for a moment after the worker that wrote it was ended.
      if (!isNamed(error, 'NoModificationAllowedError') || tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Deletes what an interrupted download left of a model. */
export async function discardIncomplete(folder: string): Promise<void> {
  try {
    if (!(await KeptFiles.isComplete(folder))) await deleteKeptModel(folder);
  } catch {
    // No storage, nothing left behind.
  }
}

async function modelFolders(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(root, { create: true });
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}

async function describe(url: string, folder: FileSystemDirectoryHandle): Promise<KeptModel> {
  const manifest = await readManifest(folder);
  let bytes = 0;
  for await (const [name, file] of folder.entries()) {
    if (file.kind === 'file' && name !== manifestName) bytes += (await file.getFile()).size;
  }
  const revision = manifest?.revision;
  return { url, bytes, complete: manifest !== undefined, ...(revision && { revision }) };
}

async function readManifest(folder: FileSystemDirectoryHandle): Promise<Manifest | undefined> {
  try {
    const file = await (await folder.getFileHandle(manifestName)).getFile();
    const manifest = JSON.parse(await file.text()) as Partial<Manifest>;
    return manifest.layout === layout ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** A model kept earlier. */
export class KeptFiles implements ModelFiles {
  readonly kept = true;

  private constructor(
    private readonly url: string,
    private readonly folder: FileSystemDirectoryHandle,
    private readonly manifest: Manifest,
  ) {}

  get revision(): string | undefined {
    return this.manifest.revision;
  }

  /** The kept model of a folder, if it is complete; of a commit on the hub, also one that was kept by its branch. */
  static async find(url: string): Promise<KeptFiles | undefined> {
    return (await KeptFiles.#read(url)) ?? KeptFiles.#ofCommit(url);
  }

  static async isComplete(url: string): Promise<boolean> {
    return (await KeptFiles.#read(url)) !== undefined;
  }

  static async #ofCommit(url: string): Promise<KeptFiles | undefined> {
    if (!isCommit(readHubFolder(url)?.revision)) return undefined;
    const same = (await keptModels()).find((kept) => kept.complete && isSameModel(kept, url));
    return same && KeptFiles.#read(same.url);
  }

  static async #read(url: string): Promise<KeptFiles | undefined> {
    try {
      const folder = await (await modelFolders()).getDirectoryHandle(encodeURIComponent(url));
      const manifest = await readManifest(folder);
      return manifest && new KeptFiles(url, folder, manifest);
    } catch {
      return undefined;
    }
  }

  async open(name: string): Promise<ModelFile | Missing> {
    const bytes = this.manifest.files[name];
    if (bytes === undefined) return { missing: `it is not among the files kept of ${this.url}` };
    const from = "the browser's storage";
    try {
      const body = read(await this.folder.getFileHandle(name));
      return { from, body, announced: bytes, exact: true };
    } catch {
      return { missing: `it was lost from ${from}` };
    }
  }
}

/** Bytes that are read at once. */
const CHUNK = 2 ** 22;

/** A file's bytes, several times as fast as its own stream. */
function read(handle: FileSystemFileHandle): ReadableStream<Uint8Array<ArrayBuffer>> {
  let opened: Promise<FileSystemSyncAccessHandle | undefined> | undefined;
  let at = 0;
  const next = async (): Promise<Uint8Array<ArrayBuffer>> => {
    // What another tab has open can be read more slowly.
    const file = await (opened ??= handle.createSyncAccessHandle().catch(() => undefined));
    if (!file) return new Uint8Array(await (await handle.getFile()).slice(at, at + CHUNK).arrayBuffer());
    const chunk = new Uint8Array(CHUNK);
    return chunk.subarray(0, file.read(chunk, { at }));
  };
  const close = async () => (await opened)?.close();
  return new ReadableStream(
    {
      async pull(controller) {
        const chunk = await next();
        at += chunk.byteLength;
        if (chunk.byteLength > 0) return controller.enqueue(chunk);
        await close();
        controller.close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

/**
 * Keeps the files of one model while they are downloaded. The storage's refusal fails nothing: from then on nothing is
 * kept, and {@link Keeper.refused} says why.
 */
export class Keeper {
  /** Why the model is not kept, if it is not. */
  refused: string | undefined;
  #folder: FileSystemDirectoryHandle | undefined;
  readonly #files: Record<string, number> = {};

  private constructor(private readonly url: string) {}

  /** Begins anew. */
  static async begin(url: string): Promise<Keeper> {
    const keeper = new Keeper(url);
    try {
      if (!navigator.storage) throw new Error('this page did not come by https');
      await deleteKeptModel(url);
      keeper.#folder = await (await modelFolders()).getDirectoryHandle(encodeURIComponent(url), { create: true });
    } catch (error) {
      keeper.#refuse(error);
    }
    return keeper;
  }

  /** Opens the copy of a file, if it can be kept; `announced` are its bytes, if known. Close it, whatever happens. */
  async open(name: string, announced = 0): Promise<Copy | undefined> {
    try {
      const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
      if (announced > quota - usage) throw new DOMException('', 'QuotaExceededError');
      const file = await this.#create(name);
      return file && this.#copy(name, file);
    } catch (error) {
      this.#refuse(error);
      return undefined;
    }
  }

  /** Marks the model as complete, or leaves nothing of it. `revision` is the hub's commit that it is of. */
  async end(revision: string | undefined): Promise<void> {
    try {
      const manifest: Manifest = { layout, files: this.#files, ...(revision && { revision }) };
      const file = await this.#create(manifestName);
      if (file) write(file, new TextEncoder().encode(JSON.stringify(manifest)), 0);
      file?.close();
    } catch (error) {
      this.#refuse(error);
    }
    if (this.#folder && this.refused !== undefined) await deleteKeptModel(this.url).catch(() => {});
  }

  async #create(name: string): Promise<FileSystemSyncAccessHandle | undefined> {
    if (this.refused !== undefined) return undefined;
    return (await this.#folder?.getFileHandle(name, { create: true }))?.createSyncAccessHandle();
  }

  #copy(name: string, file: FileSystemSyncAccessHandle): Copy {
    let bytes = 0;
    this.#files[name] = bytes;
    return {
      write: (chunk) => {
        if (this.refused !== undefined) return;
        try {
          write(file, chunk, bytes);
          this.#files[name] = bytes += chunk.byteLength;
        } catch (error) {
          this.#refuse(error);
        }
      },
      close: () => file.close(),
    };
  }

  #refuse(error: unknown): void {
    const quota = isNamed(error, 'QuotaExceededError');
    const why = quota ? 'there is not enough room' : error instanceof Error ? error.message : String(error);
    this.refused ??= `The browser's storage refused to keep this model (${why}); it will be downloaded again next time.`;
  }
}

/** A file in the making. */
export interface Copy {
  write(chunk: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

function write(file: FileSystemSyncAccessHandle, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  for (let done = 0; done < bytes.byteLength; ) done += file.write(bytes.subarray(done), { at: at + done });
}
