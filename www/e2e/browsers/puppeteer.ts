import { launch } from 'puppeteer-core';
import type { Settings, Tab } from './tab';

const VIEWPORT = { width: 1440, height: 900 };

/** Chromium, or Firefox by WebDriver BiDi. */
export async function openPuppeteer(name: 'chromium' | 'firefox', executablePath: string, settings: Settings): Promise<Tab> {
  const { downloads, resistFingerprinting, privateWindows } = settings;
  const browser = await launch({
    browser: name === 'firefox' ? 'firefox' : 'chrome',
    executablePath,
    headless: true,
    defaultViewport: VIEWPORT,
    ...(name === 'firefox'
      ? {
          extraPrefsFirefox: {
            'browser.download.folderList': 2,
            'browser.download.dir': downloads,
            'privacy.resistFingerprinting': resistFingerprinting ?? false,
            'browser.privatebrowsing.autostart': privateWindows ?? false,
          },
        }
      : {
          args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
          downloadBehavior: { policy: 'allow', downloadPath: downloads },
        }),
  });
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  // Firefox opens its first tab without it.
  await page.setViewport(VIEWPORT);
  return {
    open: async (url) => void (await page.goto(url)),
    // Puppeteer's types unwrap handles, of which there are none.
    evaluate: (script, ...args) => page.evaluate(script as never, ...args),
    press: (x, y) => page.mouse.click(x, y),
    type: (text) => page.keyboard.type(text),
    key: (name) => page.keyboard.press(name),
    resize: (width, height) => page.setViewport({ width, height }),
    screenshot: async () => Buffer.from(await page.screenshot()),
    close: () => browser.close(),
  };
}
