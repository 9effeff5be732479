import { initChartsFrom } from './charts.js';
import { unpacked } from './modules.js';
import packed from '../wasm/charts.wasm?gzip';

/** Makes charts ready from the module that comes with this script, where nothing may be fetched. */
export function initPackedCharts(): Promise<void> {
  return initChartsFrom(() => unpacked(packed));
}
