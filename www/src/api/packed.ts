import { initCharts } from './engine.js';
import packed from '../wasm/charts.wasm?packed';

/** Makes charts ready from the module that comes with this script, where nothing may be fetched. */
export function initPackedCharts(): Promise<void> {
  return initCharts(unpacked());
}

async function unpacked(): Promise<ArrayBuffer> {
  const gzipped = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([gzipped]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
