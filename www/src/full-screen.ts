/** Browsers that can leave Escape to the page; held down, it leads out all the same. */
interface Keys {
  keyboard?: { lock(keys: string[]): Promise<void> };
}

/** Fills the screen, if the browser lets it. */
export async function fillScreen(): Promise<void> {
  try {
    await document.documentElement.requestFullscreen();
    await (navigator as Keys).keyboard?.lock(['Escape']);
  } catch {
    // The window is large enough.
  }
}

export function leaveScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
}
