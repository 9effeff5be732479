import { Logitscope, deleteKeptModel } from '/dist/logitscope.js';
import { quantity, row, type Row } from '../report.js';
import { timed } from './clock.js';
import { folders, transfer } from './sides.js';

const ROUNDS = 3;

/** From the server to ready, beyond the mere transfer, and the memory that is taken. */
export async function loads(): Promise<Row[]> {
  const float32 = await load('float32');
  const float16 = await load('float16');
  const url = folders.float32;
  const kept: number[] = [];
  const stored: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await deleteKeptModel(url);
    kept.push(await ready(url));
    stored.push(await ready(url));
  }
  await deleteKeptModel(url);

  const beyond = (told: Samples) => quantity('ms', told.loads.map((time, round) => time - (told.transfers[round] ?? NaN)));
  const times = (told: Samples) => ({ load: quantity('ms', told.loads), 'bare transfer': quantity('ms', told.transfers) });
  const memory = (told: Samples) => quantity('×', told.memory.map((bytes) => bytes / weights));
  // As float32, whatever the file has.
  const weights = float32.bytes;
  return [
    row('float32, beyond the transfer', beyond(float32), { at: '<', limit: 1500 }, times(float32)),
    row('float32, memory over weights', memory(float32), { at: '≤', limit: 1.1 }, {
      memory: quantity('MB', float32.memory.map((bytes) => bytes / 1e6)),
    }),
    row('float16, beyond the transfer', beyond(float16), undefined, times(float16)),
    row('float16, memory over float32 weights', memory(float16), undefined, {
      memory: quantity('MB', float16.memory.map((bytes) => bytes / 1e6)),
    }),
    row('float32, kept while it loads', quantity('ms', kept)),
    row("float32, from the browser's storage", quantity('ms', stored)),
  ];
}

interface Samples {
  /** Of the model's files. */
  bytes: number;
  transfers: number[];
  loads: number[];
  memory: number[];
}

async function load(stored: keyof typeof folders): Promise<Samples> {
  const folder = folders[stored];
  const files = ['config.json', 'model.safetensors'].map((name) => folder + name);
  const told: Samples = { bytes: 0, transfers: [], loads: [], memory: [] };
  const { service, close } = transfer();
  for (let round = 0; round < ROUNDS; round++) {
    const [bare, bytes] = await timed(() => service.transfer(files));
    told.bytes = bytes;
    told.transfers.push(bare);
    const [time, scope] = await timed(() => Logitscope.load(folder, { keep: false }));
    told.loads.push(time);
    told.memory.push(await scope.memory());
    scope.close();
  }
  close();
  return told;
}

/** Milliseconds to a model that is, or comes to be, in the browser's storage. */
async function ready(url: string): Promise<number> {
  const [time, scope] = await timed(() => Logitscope.load(url));
  scope.close();
  if (scope.notKept) throw new Error(`the browser did not keep the model: ${scope.notKept}`);
  return time;
}
