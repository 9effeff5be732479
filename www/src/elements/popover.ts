const MARGIN = 8;

/**
 * Puts a popover under its button, or as near as the window lets it be seen whole. Popovers are in the top layer, so the window is
 * what they know: without its scrollbars, which `innerWidth` has in it.
 */
export function placeUnder(popover: HTMLElement, button: HTMLElement): void {
  const { left, bottom } = button.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const within = (wanted: number, size: number, room: number) => `${Math.max(MARGIN, Math.min(wanted, room - size - MARGIN))}px`;
  popover.style.top = within(bottom + 4, popover.offsetHeight, clientHeight);
  popover.style.left = within(left, popover.offsetWidth, clientWidth);
}
