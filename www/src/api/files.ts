/** Where a model's files are. */
export type Location = { folder: string } | { files: File[] };

/** One file of a model, opened. */
export interface ModelFile {
  /** Where it comes from, for messages. */
  readonly from: string;
  /** A chunk is good until the next is asked for. */
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
  /** The hub's commit that they are of, once a file was opened; undefined for files from elsewhere. */
  readonly revision: string | undefined;
  open(name: string): Promise<ModelFile | Missing>;
}

/** What a model folder has to hold. */
export const needs =
  'A model folder needs config.json, model.safetensors or pytorch_model.bin (or shards), and a tokenizer.json for text.';

/** Files that a person chose. */
export class ChosenFiles implements ModelFiles {
  readonly kept = false;
  readonly revision = undefined;
  readonly #files: Map<string, File>;

  constructor(files: File[]) {
    this.#files = new Map(files.map((file) => [file.name, file]));
  }

  async open(name: string): Promise<ModelFile | Missing> {
    const file = this.#files.get(name);
    if (!file) return { missing: `it is not among the files chosen (${some([...this.#files.keys()])}). ${needs}` };
    return { from: 'the file chosen', body: file.stream(), announced: file.size, exact: true };
  }
}

/** As many names as a message bears. */
export function some(names: readonly string[]): string {
  return [...names.slice(0, 5), ...(names.length > 5 ? ['…'] : [])].join(', ') || 'nothing';
}
