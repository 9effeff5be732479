import { existsSync } from 'node:fs';
import { openPuppeteer } from './puppeteer';
import { openWebKit } from './webkit';

/** A browser's only tab, and as much of the browser as the tests need. What differs from browser to browser ends here. */
export interface Tab {
  open(url: string): Promise<void>;
  /** Runs a function in the page; arguments and result are JSON. */
  evaluate<A extends unknown[], R>(script: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Presses the mouse's button at a place of the window, in CSS pixels. */
  press(x: number, y: number): Promise<void>;
  /** Types on the keyboard. */
  type(text: string): Promise<void>;
  /** Presses a key that types nothing. */
  key(name: Key): Promise<void>;
  /** Sets the size of the page's viewport, in CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  /** The viewport as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

export type Key = 'Enter' | 'PageDown' | 'PageUp' | 'Tab';

export interface Settings {
  /** The folder that downloads go to. */
  downloads: string;
  /** Whether the browser garbles what is read from a canvas, against fingerprinting. Firefox alone has this. */
  resistFingerprinting?: boolean;
  /** Whether its windows are private. Of Firefox; Chromium's tests are in such windows anyway, and a driven WebKit keeps nothing either. */
  privateWindows?: boolean;
}

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

const first = (...paths: string[]) => paths.find((path) => existsSync(path)) ?? paths[0] ?? '';

/**
 * The browsers' programs, of WebKit that of its driver; an empty one is not there to be tested. `cargo xtask test` sets the
 * variables to what it found.
 */
const PROGRAMS: Record<BrowserName, string> = {
  chromium: process.env['CHROME'] ?? first('/usr/bin/chromium', '/usr/bin/google-chrome'),
  firefox: process.env['FIREFOX'] ?? first('/usr/bin/firefox-esr', '/usr/bin/firefox'),
  webkit: process.env['WEBKIT_DRIVER'] ?? '/usr/bin/WebKitWebDriver',
};

export const BROWSERS = (Object.keys(PROGRAMS) as BrowserName[]).filter((name) => PROGRAMS[name]);

/** Starts a browser that has never seen the page. */
export function openTab(name: BrowserName, settings: Settings): Promise<Tab> {
  const program = PROGRAMS[name];
  return name === 'webkit' ? openWebKit(program, settings) : openPuppeteer(name, program, settings);
}
