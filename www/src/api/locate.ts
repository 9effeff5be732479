import { described } from './arguments.js';
import { modelFiles } from './dropped.js';
import { LogitscopeError } from './errors.js';
import type { Location } from './files.js';
import { hubFolderOf, isOnHub, namesFile } from './hub.js';

/**
 * The folder that an address means: its own, with a slash at the end, or that of the file that it names. Of the Hugging Face
 * hub's addresses any page of a model will do, with `https://` or without: `huggingface.co/gpt2/tree/main`.
 *
 * @param address - relative to the page
 * @throws {@link LogitscopeError} `ArgumentError` if it cannot be that of a model
 */
export function modelFolder(address: string | URL): string {
  const text = String(address).trim();
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  if (text === '') throw new LogitscopeError('ArgumentError', 'An empty text is not the URL of a model’s folder.');
  let url: URL;
  try {
    url = new URL(isOnHub(text) && !/^https?:/i.test(text) ? `https://${text}` : text, document.baseURI);
  } catch {
    throw new LogitscopeError('ArgumentError', `${JSON.stringify(shown)} is not the URL of a folder.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new LogitscopeError(
      'ArgumentError',
      `${shown} cannot be fetched: a model's folder has an http or https URL. Choose or drop the files themselves instead.`,
    );
  }
  if (url.username || url.password) {
    throw new LogitscopeError('ArgumentError', `${url.host}: an address with a user's name or password in it cannot be fetched.`);
  }
  url.search = url.hash = '';
  if (isOnHub(url.href)) return hubFolderOf(url);
  if (namesFile(url.pathname)) url.pathname = url.pathname.replace(/[^/]*$/, '');
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return url.href;
}

/** The model that is meant: a folder by its URL, as {@link modelFolder} reads it, or files. */
export function locate(model: string | URL | Iterable<File>): Location {
  if (typeof model === 'string' || model instanceof URL) return { folder: modelFolder(model) };
  const files = isIterable(model) ? [...model] : [];
  if (!isIterable(model) || !files.every((file) => file instanceof File)) {
    throw new LogitscopeError(
      'ArgumentError',
      `model: ${described(model)} is neither the URL of a model's folder nor a list of its files.`,
    );
  }
  return { files: modelFiles(files) };
}

function isIterable(given: unknown): given is Iterable<unknown> {
  return typeof given === 'object' && given !== null && Symbol.iterator in given;
}
