import { expose } from 'comlink';
import init, { Floor } from '/floor/floor.js';

let floor: Floor;

const service = {
  async load(layers: number, width: number, inner: number): Promise<void> {
    await init({ module_or_path: new URL('/floor/floor.wasm', self.location.origin).href });
    floor = new Floor(layers, width, inner);
  },
  registers: (): number => floor.registers(),
  bandwidth: (): number => floor.bandwidth(),
  weightBytes: (): number => floor.weight_bytes(),
  linear: (rows: number): number => floor.linear(rows),
};

export type FloorService = typeof service;

expose(service);
