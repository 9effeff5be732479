import { css } from 'lit';

/** What of the arc to token `at` from the tokens in `from`, which are in their order, lies over token `i`, as its classes. */
export function arc(i: number, from: readonly number[], at: number): string {
  const [start = Infinity] = from;
  if (i < start || i > at) return '';
  return i === start ? 'start' : i === at ? 'end' : from.includes(i) ? 'along joins' : 'along';
}

/** A token has its piece of the arc, so that this goes on from line to line wherever tokens wrap. */
export const arcs = css`
  :is(.start, .along, .end)::before {
    content: '';
    position: absolute;
    inset: 2px -4px auto 0;
    height: 5px;
    border: 0 solid var(--grey);
    border-top-width: 1px;
    pointer-events: none;
  }
  .start::before {
    left: 50%;
    border-left-width: 1px;
    border-top-left-radius: 4px;
  }
  .bos .start:first-child::before {
    right: -12px;
  }
  .end::before {
    right: 50%;
    border-right-width: 1px;
    border-top-right-radius: 4px;
  }
  .joins::after {
    content: '';
    position: absolute;
    inset: 2px 50% auto;
    height: 5px;
    border-left: 1px solid var(--grey);
  }
  .end::after {
    content: '';
    position: absolute;
    inset: 3px auto auto 50%;
    border: solid transparent;
    border-width: 4px 3px 0;
    border-top-color: var(--grey);
    translate: -50%;
  }
`;
