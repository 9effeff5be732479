/** Bytes that are written, read and checked at once; the last block of a file is what is left of it. */
export const BLOCK = 2 ** 22;

/** Where a browser keeps models: files by the URL of the model that they are of, and their name. */
export interface Store {
  /** Whether files can be made here: of one kind of storage, a page can read and delete alone. */
  readonly writable: boolean;
  /** The URLs of the models of which there is anything. */
  list(): Promise<string[]>;
  /** Bytes that a model takes up. */
  size(url: string): Promise<number>;
  /** Makes a file, in the place of an earlier one. */
  create(url: string, name: string): Promise<Writer>;
  /** Rejects if there is no such file. */
  open(url: string, name: string): Promise<Reader>;
  /** Deletes all of a model, if there is anything. */
  remove(url: string): Promise<void>;
}

/** Takes a file's blocks, one after the other. */
export interface Writer {
  write(block: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): void;
}

/** Gives a file's blocks, by their index. Beyond the end they are empty. A block is good until the next is asked for. */
export interface Reader {
  read(index: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
}
