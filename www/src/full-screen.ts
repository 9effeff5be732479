/** Browsers that can leave Escape to the page; held down, it leads out all the same. */
interface Keys {
  keyboard?: { lock(keys: string[]): Promise<void> };
}

/** What was asked for, and is there. */
let state: 'window' | 'asked' | 'screen' = 'window';
/** While the screen is being left: who asks for it then would be left by that, too. */
let leaving: Promise<void> | undefined;

/** Fills the screen, if the browser lets it. */
export async function fillScreen(): Promise<void> {
  state = 'asked';
  try {
    if (leaving) await leaving;
    await document.documentElement.requestFullscreen();
    // It was not wanted any more before it was there.
    if (wanted() === 'window') return leaveScreen();
    state = 'screen';
    await (navigator as Keys).keyboard?.lock(['Escape']);
  } catch {
    // The window is large enough.
  }
}

export function leaveScreen(): void {
  state = 'window';
  if (document.fullscreenElement) leaving = document.exitFullscreen().catch(() => undefined);
}

/** Whether the reader left it, by a key or a button of the browser's. */
export function isScreenLeft(): boolean {
  return state === 'screen' && !document.fullscreenElement;
}

function wanted(): typeof state {
  return state;
}
