/** Once the browser is idle, or after so many milliseconds. */
export function idle(atMost: number): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: atMost });
    else setTimeout(resolve, atMost);
  });
}

/** Once what was changed is painted; at once where the page is not shown, and nothing is. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) resolve();
    else requestAnimationFrame(() => setTimeout(resolve));
  });
}
