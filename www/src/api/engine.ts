import { relaxedSimd, simd, threads as sharedMemory } from 'wasm-feature-detect';
import { LogitscopeError } from './errors.js';
import initWasm from '../wasm/charts.js';
import chartsUrl from '../wasm/charts.wasm?url';
import modelUrl from '../wasm/model.wasm?url';
import relaxedUrl from '../wasm/model-relaxed.wasm?url';
import threadsUrl from '../wasm/model-threads.wasm?url';
import threadsRelaxedUrl from '../wasm/model-threads-relaxed.wasm?url';

/** How a model computes: the best of what is shipped that this browser, and this page in it, can run. */
export interface Engine {
  /** The kernels: WebAssembly's SIMD, or its relaxed SIMD, which multiplies and adds in one step. */
  simd: 'simd128' | 'relaxed-simd';
  /** How many threads compute. */
  threads: number;
}

/**
 * More threads than this do not pay: a pass over a prompt reads every weight once, and a few cores have the memory busy.
 */
const mostThreads = 8;

/** So many workers no page is given, whatever is asked for. */
const processors = Math.max(mostThreads, navigator.hardwareConcurrency || 1);

const compiled = new Map<string, Promise<WebAssembly.Module>>();
let charts: Promise<unknown> | undefined;

/**
 * Makes {@link Chart} ready to use. `Logitscope.load` does this too; only a page that draws without ever loading a
 * model has to call it.
 *
 * @param bytes - of the charts' module, where nothing may be fetched
 */
export async function initCharts(bytes?: BufferSource | Promise<BufferSource>): Promise<void> {
  charts ??= (bytes ? Promise.resolve(bytes).then((bytes) => WebAssembly.compile(bytes)) : wasmModule(chartsUrl)).then((module) => initWasm({ module_or_path: module }));
  await charts.catch((error) => {
    charts = undefined;
    throw error;
  });
}

/** The engine to use if at most so many threads may compute. Several threads take a page that is cross-origin isolated. */
export async function bestEngine(threads = Math.min(navigator.hardwareConcurrency, mostThreads)): Promise<Engine> {
  const [relaxed, shared] = await Promise.all([relaxedSimd(), sharedMemory()]);
  const granted = shared && crossOriginIsolated ? Math.min(threads, processors) : 1;
  return { simd: relaxed ? 'relaxed-simd' : 'simd128', threads: granted };
}

/** The module of an engine, compiled once, however many models compute with it. */
export function engineModule({ simd, threads }: Engine): Promise<WebAssembly.Module> {
  const relaxed = simd === 'relaxed-simd';
  if (threads > 1) return wasmModule(relaxed ? threadsRelaxedUrl : threadsUrl);
  return wasmModule(relaxed ? relaxedUrl : modelUrl);
}

function wasmModule(file: string): Promise<WebAssembly.Module> {
  let module = compiled.get(file);
  if (!module) {
    module = compile(new URL(file, import.meta.url));
    compiled.set(file, module);
    module.catch(() => compiled.delete(file));
  }
  return module;
}

async function compile(url: URL): Promise<WebAssembly.Module> {
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
    throw notWasm(url, response ? (response.ok ? 'a web page came' : String(response.status)) : 'no answer');
  };
  try {
    return await WebAssembly.compileStreaming(get());
  } catch (error) {
    if (error instanceof LogitscopeError) throw error;
    // A server that does not know application/wasm; the bytes are good all the same.
    const bytes = await (await get()).arrayBuffer();
    if (new TextDecoder('latin1').decode(bytes.slice(0, 4)) !== '\0asm') throw notWasm(url, 'something else came');
    return WebAssembly.compile(bytes);
  }
}

/** A server from which a new version took the files of this one answers for them as it does for what it has not. */
function notWasm(url: URL, what: string): LogitscopeError {
  return new LogitscopeError(
    'DownloadError',
    `${url} could not be fetched (${what}). It is a part of Logitscope itself, which may have been updated since this page was ` +
      'opened: check the connection, then reload the page.',
  );
}
