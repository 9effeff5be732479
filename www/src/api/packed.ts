import { initChartsFrom } from './charts.js';
import { inlined } from './inlined.js';
import { unpacked } from './modules.js';
import packed from '../wasm/charts.wasm?gzip';

/** Makes charts ready from the module that comes with this script, where nothing may be fetched. */
export function initPackedCharts(): Promise<void> {
  return initChartsFrom(() => unpacked(packed));
}

/** Has models compute with the module that this brings, gzipped, where there is no file of it. */
export function computeWith(bring: () => Promise<Uint8Array<ArrayBuffer>>): void {
  inlined.model = async () => ({ default: await bring() });
}
