import { defineConfig } from '@playwright/test';

// `cargo xtask test` sets CHROME to the browser that it found; otherwise Playwright looks for Google Chrome.
const executablePath = process.env['CHROME'];

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    // Those of the page keep all of it: only the tests that are about that wait for them.
    serviceWorkers: 'block',
    channel: executablePath ? undefined : 'chrome',
    viewport: { width: 1440, height: 900 },
    // Recording them takes a third as long as the tests: `--trace retain-on-failure` where one fails.
    trace: 'off',
    launchOptions: {
      executablePath,
      chromiumSandbox: false,
      args: ['--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
