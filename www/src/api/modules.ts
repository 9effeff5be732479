import { simd } from 'wasm-feature-detect';
import { LogitscopeError } from './errors.js';
import { inlined } from './inlined.js';

/** A WebAssembly module of Logitscope's own. */
export interface ModuleFile {
  /** What it is called in the package. */
  name: string;
  /** Its address beside this script: written out, so that bundlers see it, and asked for late, since what some make of it is none. */
  beside: () => URL;
}

/** Where Logitscope's own files are. */
export interface Assets {
  /**
   * The URL, relative to the page, of a folder with the package's `.wasm` files. Default: beside the script, where most bundlers put them.
   * Where they are not, the package computes with a copy that comes with its script, on one thread and without relaxed SIMD.
   */
  assets?: string | URL;
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * A module, compiled once.
 *
 * @throws {@link LogitscopeError} `DownloadError` if it is not where it should be
 */
export async function wasmModule({ name, beside }: ModuleFile, { assets }: Assets): Promise<WebAssembly.Module> {
  const url = assets === undefined ? addressed(name, beside) : new URL(name, folder(assets));
  return once(url.href, () => compile(url, assets !== undefined));
}

/**
 * The copy of a module that comes with the script, in place of the file that is missing.
 *
 * @throws what said that it is missing, if there is no copy, or the file was to be elsewhere
 */
export async function copied(name: keyof typeof inlined, { assets }: Assets, missing: unknown): Promise<WebAssembly.Module> {
  const copy = assets === undefined && missing instanceof LogitscopeError && missing.name === 'DownloadError' ? inlined[name] : undefined;
  if (!copy) throw missing;
  return once(name, async () => {
    const { default: packed } = await copy().catch(() => Promise.reject(missing));
    return unpacked(packed);
  });
}

/** A module that was gzipped, as bytes or in base64. */
export async function unpacked(packed: string | Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  const gzipped = typeof packed === 'string' ? Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)) : packed;
  const bytes = new Response(gzipped).body?.pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(bytes).arrayBuffer());
}

function once(key: string, make: () => Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
  let module = compiled.get(key);
  if (!module) {
    module = make();
    compiled.set(key, module);
    module.catch(() => compiled.delete(key));
  }
  return module;
}

function addressed(name: string, beside: () => URL): URL {
  try {
    return beside();
  } catch (error) {
    const message = `${name} was not found: this script was bundled as one that does not know where it lies. Say by the option "assets" where it is.`;
    throw new LogitscopeError('DownloadError', message, { cause: error });
  }
}

function folder(assets: string | URL): URL {
  try {
    const url = new URL(assets, document.baseURI);
    url.pathname = url.pathname.replace(/\/*$/, '/');
    return url;
  } catch {
    throw new LogitscopeError('ArgumentError', `assets: ${JSON.stringify(String(assets))} is not the URL of a folder`);
  }
}

async function compile(url: URL, named: boolean): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined' || !(await simd())) {
    throw new LogitscopeError(
      'UnsupportedError',
      'This browser cannot run Logitscope: it has no WebAssembly with SIMD. Chrome 91, Edge 91, Firefox 89 and ' +
        'Safari 16.4, or newer, have it (some lock it away in a strict or lockdown mode).',
    );
  }
  const get = async () => {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok && !response.headers.get('content-type')?.startsWith('text/html')) return response;
    throw notWasm(url, named, response ? (response.ok ? 'a web page came' : String(response.status)) : 'no answer');
  };
  try {
    return await WebAssembly.compileStreaming(get());
  } catch (error) {
    if (error instanceof LogitscopeError) throw error;
    // A server that does not know application/wasm; the bytes are good all the same.
    const bytes = await (await get()).arrayBuffer();
    if (new TextDecoder('latin1').decode(bytes.slice(0, 4)) !== '\0asm') throw notWasm(url, named, 'something else came');
    return WebAssembly.compile(bytes);
  }
}

/** A server from which a new version took the files of this one answers for them as it does for what it has not. */
function notWasm(url: URL, named: boolean, what: string): LogitscopeError {
  const message = named
    ? `assets: ${url} could not be fetched (${what}). That folder has to have the .wasm files of the package, and this page has to be allowed ` +
      'to fetch them: by CORS if they are of another origin, and by connect-src of a Content-Security-Policy.'
    : `${url} could not be fetched (${what}). It is a part of Logitscope itself, which may have been updated since this page was ` +
      'opened: check the connection, then reload the page.';
  return new LogitscopeError('DownloadError', message);
}
