import { simd } from 'wasm-feature-detect';
import { LogitscopeError } from './errors.js';
import initWasm from '../wasm/logitscope.js';
import wasmUrl from '../wasm/logitscope_bg.wasm?url';

let compiled: Promise<WebAssembly.Module> | undefined;
let instantiated: Promise<unknown> | undefined;

/** The one WebAssembly module, compiled once: workers instantiate it for models, this thread for charts. */
export function wasmModule(): Promise<WebAssembly.Module> {
  compiled ??= compile().catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

/**
 * Makes {@link Chart} ready to use. `Logitscope.load` does this too; only a page that draws without ever loading a
 * model has to call it.
 */
export async function initCharts(): Promise<void> {
  instantiated ??= wasmModule().then((module) => initWasm({ module_or_path: module }));
  await instantiated;
}

async function compile(): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined' || !(await simd())) {
    throw new LogitscopeError(
      'UnsupportedError',
      'This browser cannot run Logitscope: it has no WebAssembly with SIMD. Chrome 91, Edge 91, Firefox 89 and ' +
        'Safari 16.4, or newer, have it (some lock it away in a strict or lockdown mode).',
    );
  }
  const url = new URL(wasmUrl, import.meta.url);
  const get = async () => {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response;
    throw new LogitscopeError(
      'DownloadError',
      `${url} could not be fetched (${response ? response.status : 'no answer'}). It is a part of Logitscope itself: ` +
        'check the connection, then reload the page.',
    );
  };
  try {
    return await WebAssembly.compileStreaming(get());
  } catch (error) {
    if (error instanceof LogitscopeError) throw error;
    // A server that does not know application/wasm; the bytes are good all the same.
    return WebAssembly.compile(await (await get()).arrayBuffer());
  }
}
