import { expose } from 'comlink';

/** Fetches files and lets go of every byte; resolves to their number. */
async function transfer(urls: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const url of urls) {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.byteLength;
  }
  return bytes;
}

const service = { transfer };

export type Transfer = typeof service;

expose(service);
