import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** What a page needs to have threads, and precise clocks; and every byte comes from here, every time. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};

/** Serves folders by the first part of a path, and an empty page. */
export async function serve(folders: Record<string, string>): Promise<{ origin: string; server: Server }> {
  const files = new Map(Object.entries(folders).map(([name, folder]) => [name, sirv(folder, { dev: true })]));
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.url === '/') {
      response.setHeader('content-type', 'text/html');
      return response.end('<!doctype html><link rel="icon" href="data:,"><title>Logitscope, measured</title>');
    }
    const [, name = '', path = ''] = /^\/([^/]*)(.*)$/.exec(request.url ?? '') ?? [];
    const missing = () => void response.writeHead(404).end();
    const folder = files.get(name);
    if (!folder) return missing();
    request.url = path;
    return folder(request, response, missing);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
