/**
 * The charts alone, for pages that draw what they have as data.
 *
 * @packageDocumentation
 */
import initWasm from '../wasm/charts.js';
import { checkOptions } from './arguments.js';
import { copied, wasmModule, type Assets, type ModuleFile } from './modules.js';

export { Chart, Curve, LensTable, PatchGrid, Pattern, Scatter, tints } from '../wasm/charts.js';
export type {
  ChartItem,
  ChartKey,
  ChartView,
  Charted,
  CurveView,
  LensCell,
  LensView,
  PatchCell,
  PatchView,
  PatternCell,
  PatternView,
  Sayings,
  ScatterPoint,
  Subject,
} from '../wasm/charts.js';
export type { AnsweredPrompt, Bos, Effects, Patching, PatchSite, Prediction, SetPrompt, Token, Unit } from '../wasm/model.js';
export { LogitscopeError, type LogitscopeErrorName } from './errors.js';
export type { Assets } from './modules.js';

const file: ModuleFile = { name: 'charts.wasm', beside: () => new URL('../wasm/charts.wasm', import.meta.url) };

let charts: Promise<unknown> | undefined;

/**
 * Makes {@link Chart} ready to use. `Logitscope.load` does this too; only a page that draws without ever loading a
 * model has to call it.
 */
export async function initCharts(options: Assets = {}): Promise<void> {
  checkOptions(options, { assets: 'address' });
  await initChartsFrom(() => wasmModule(file, options).catch((missing) => copied('charts', options, missing)));
}

/**
 * As {@link initCharts}, from a module that is had in another way.
 *
 * @internal
 */
export async function initChartsFrom(module: () => Promise<WebAssembly.Module>): Promise<void> {
  charts ??= module().then((module) => initWasm({ module_or_path: module }));
  await charts.catch((error) => {
    charts = undefined;
    throw error;
  });
}
