import { css } from 'lit';

/** Where a tooltip stands, beside what it tells of: above, or below where there is no room. */
export function tooltipPlace({ x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  const below = y < 72;
  return `--x: ${x + width / 2}px; --y: ${below ? y + height + 8 : y - 8}px; --up: ${below ? '0' : '-100%'}`;
}

/** What is said of what the pointer is on. */
export const tooltip = css`
  .tooltip {
    position: absolute;
    left: clamp(0px, calc(var(--x) - 136px), calc(100% - 272px));
    top: var(--y);
    z-index: 1;
    width: 272px;
    padding: 8px;
    translate: 0 var(--up);
    border: 1px solid var(--hairline);
    border-radius: 4px;
    background: var(--ground);
    box-shadow: 0 4px 12px rgb(0 0 0 / 0.18);
    pointer-events: none;
  }
`;
