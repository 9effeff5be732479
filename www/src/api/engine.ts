import { relaxedSimd, threads as sharedMemory } from 'wasm-feature-detect';
import { copied, wasmModule, type Assets, type ModuleFile } from './modules.js';

/** How a model computes: the best of what is shipped that this browser, and this page in it, can run. */
export interface Engine {
  /** The kernels: WebAssembly's SIMD, or its relaxed SIMD, which multiplies and adds in one step. */
  simd: 'simd128' | 'relaxed-simd';
  /** How many threads compute. */
  threads: number;
}

/** An engine with its module. */
export interface Ready {
  engine: Engine;
  module: WebAssembly.Module;
  /** Why it is not the one that was wished for. */
  notice?: string;
}

const files: Record<Engine['simd'], Record<'one' | 'several', ModuleFile>> = {
  'simd128': {
    one: { name: 'model.wasm', beside: () => new URL('../wasm/model.wasm', import.meta.url) },
    several: { name: 'model-threads.wasm', beside: () => new URL('../wasm/model-threads.wasm', import.meta.url) },
  },
  'relaxed-simd': {
    one: { name: 'model-relaxed.wasm', beside: () => new URL('../wasm/model-relaxed.wasm', import.meta.url) },
    several: { name: 'model-threads-relaxed.wasm', beside: () => new URL('../wasm/model-threads-relaxed.wasm', import.meta.url) },
  },
};

/**
 * More threads than this do not pay: a pass over a prompt reads every weight once, and a few cores have the memory busy.
 */
const mostThreads = 8;

/** The engine to use if at most so many threads may compute. Several threads take a page that is cross-origin isolated. */
export async function bestEngine(threads = Math.min(navigator.hardwareConcurrency, mostThreads)): Promise<Engine> {
  const [relaxed, shared] = await Promise.all([relaxedSimd(), sharedMemory()]);
  // More workers than the processor has cores no page is given, whatever is asked for.
  const most = Math.max(mostThreads, navigator.hardwareConcurrency || 1);
  const granted = shared && crossOriginIsolated ? Math.min(threads, most) : 1;
  return { simd: relaxed ? 'relaxed-simd' : 'simd128', threads: granted };
}

/** An engine with its module, compiled once, however many models compute with it; or the plain one that comes with the script. */
export async function ready(engine: Engine, options: Assets): Promise<Ready> {
  const file = files[engine.simd][engine.threads > 1 ? 'several' : 'one'];
  try {
    return { engine, module: await wasmModule(file, options) };
  } catch (missing) {
    const module = await copied('model', options, missing);
    const notice =
      `${file.name} is not where the script looks for it, so a copy is used that came with the script: on one thread, and without relaxed SIMD. ` +
      "Put the package's .wasm files where the page can fetch them, and name that folder by the option assets.";
    return { engine: { simd: 'simd128', threads: 1 }, module, notice };
  }
}
