/** Puts a popover under its button, within the window. Popovers are in the top layer, so the window is what they know. */
export function placeUnder(popover: HTMLElement, button: HTMLElement): void {
  const { left, bottom } = button.getBoundingClientRect();
  popover.style.top = `${bottom + 4}px`;
  popover.style.left = `${Math.max(8, Math.min(left, innerWidth - popover.offsetWidth - 8))}px`;
}
