import { described } from './arguments.js';
import { LogitscopeError } from './errors.js';

const hosts = ['huggingface.co', 'www.huggingface.co', 'hf.co', 'www.hf.co'];

/** Models that had one word for a name before the hub had owners, and have it in tutorials still. */
const legacy = new Map([
  ...['gpt2', 'gpt2-medium', 'gpt2-large', 'gpt2-xl'].map((name) => [name, `openai-community/${name}`] as const),
  ['distilgpt2', 'distilbert/distilgpt2'],
]);

/** What else has its pages where a model's owner would stand. */
const notModels = new Map([
  ['datasets', 'a dataset'],
  ['spaces', 'a space'],
  ['collections', 'a collection'],
  ['papers', 'a paper'],
]);

const example =
  'A model’s name on the hub is owner/name or owner/name@revision, such as openai-community/gpt2; a model elsewhere has the URL of ' +
  'its folder, such as https://example.org/model/.';

/**
 * The folder of a model on the Hugging Face hub.
 *
 * @param model - `owner/name`, or `owner/name@revision` with a branch, tag or commit; without one, `main`. GPT-2's own sizes
 *   and `distilgpt2` go by these names alone, too, and any page of a model by its address: `huggingface.co/gpt2/tree/main`
 * @throws {@link LogitscopeError} `ArgumentError` if it is not of that form
 */
export function hubFolder(model: string): string {
  const text = typeof model === 'string' ? model.trim() : '';
  if (isOnHub(text)) return hubFolderOf(new URL(/^https?:/i.test(text) ? text : `https://${text}`));
  const [, given = '', revision] = /^([^@\s]+)(?:@(\S+))?$/.exec(text) ?? [];
  const name = legacy.get(given) ?? given;
  if (!isName(name)) throw new LogitscopeError('ArgumentError', `${described(model)} is not the name of a model. ${example}`);
  return folderOf(name, revision ?? 'main', []);
}

/** Whether it is owner/name, and neither a path in disguise. */
function isName(text: string): boolean {
  return /^[\w.-]+\/[\w.-]+$/.test(text) && !/(^|\/)\.+(\/|$)/.test(text);
}

/** Whether an address, with its scheme or without, is one of the hub's. */
export function isOnHub(address: string): boolean {
  const [, host = ''] = /^(?:https?:\/\/)?([^/?#]+)/i.exec(address.trim()) ?? [];
  return hosts.includes(host.toLowerCase());
}

/**
 * The folder that a page or a file of a model on the hub is about, whichever of the hub's addresses it has.
 *
 * @throws {@link LogitscopeError} `ArgumentError` that says what the address is of instead
 */
export function hubFolderOf(url: URL): string {
  const [first = '', ...rest] = url.pathname.split('/').filter(Boolean).map(decoded);
  const refuse = (what: string) => new LogitscopeError('ArgumentError', `${url} is ${what}, not a model’s. ${example}`);
  const other = notModels.get(first);
  if (other) throw refuse(`the address of ${other}`);
  const old = legacy.get(first);
  if (!old && (rest[0] === undefined || pages.has(rest[0]))) throw refuse('the address of a user or an organization');
  const [name, page, ...path] = old ? [old, ...rest] : [`${first}/${rest[0]}`, ...rest.slice(1)];
  if (!isName(name)) throw refuse('no address of the hub');
  if (page === undefined || !pages.has(page)) return folderOf(name, 'main', []);
  // A pull request's or a converted branch has slashes in it: refs/pr/3.
  const revision = path.splice(0, path[0] === 'refs' ? 3 : 1).join('/') || 'main';
  if (page === 'commit' || page === 'commits') return folderOf(name, revision, []);
  const isFile = page === 'blob' || page === 'raw' || page === 'blame' || (page === 'resolve' && namesFile(url.pathname));
  return folderOf(name, revision, isFile ? path.slice(0, -1) : path);
}

/** The parts of a model's pages that a revision follows. */
const pages = new Set(['tree', 'blob', 'resolve', 'raw', 'blame', 'commit', 'commits']);

/** Whether a path ends in a file of those that lie in models' folders, rather than in a folder. */
export function namesFile(path: string): boolean {
  return /\.(json|jsonl|safetensors|bin|txt|md|model|h5|msgpack|ckpt|pt|pth|onnx|ot|tflite|gguf|index|gitattributes)$/i.test(path);
}

/** A percent sign may stand for itself in an address that somebody typed. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function folderOf(name: string, revision: string, path: string[]): string {
  const below = path.map((segment) => `${encodeURIComponent(segment)}/`).join('');
  return `https://huggingface.co/${name}/resolve/${encodeURIComponent(revision)}/${below}`;
}

/** A folder on the hub, in parts; `path` are the folders below the model's own, each followed by a slash. */
export interface HubFolder {
  name: string;
  revision: string;
  path: string;
}

/** Takes apart what {@link hubFolder} puts together; undefined for a folder elsewhere. */
export function readHubFolder(folder: string): HubFolder | undefined {
  const [, name, revision, path] = /^https:\/\/huggingface\.co\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.*)$/.exec(folder) ?? [];
  return name && revision && path !== undefined ? { name, revision: decoded(revision), path } : undefined;
}

export function isCommit(revision: string | undefined): revision is string {
  return revision !== undefined && /^[0-9a-f]{40}$/.test(revision);
}

/** The same folder as it was at a commit; elsewhere than on the hub, the folder itself. */
export function atCommit(folder: string, commit: string): string {
  const { name, path } = readHubFolder(folder) ?? {};
  return name === undefined ? folder : `https://huggingface.co/${name}/resolve/${commit}/${path}`;
}
