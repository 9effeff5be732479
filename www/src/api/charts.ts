/**
 * The charts alone, for what draws without a model.
 *
 * @packageDocumentation
 */
export { Chart, Curve, LensTable, PatchGrid, Pattern, Scatter, tints } from '../wasm/charts.js';
export { initCharts } from './engine.js';
export { LogitscopeError, type LogitscopeErrorName } from './errors.js';
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
