import { test as base } from '@playwright/test';
import { FileServer } from './server';

/** A test on a server that sends no headers of one's own, as that of GitHub Pages. */
export const test = base.extend<{ server: FileServer }>({
  server: async ({}, use) => {
    const server = new FileServer(false);
    await server.start();
    await use(server);
    await server.stop();
  },
});
