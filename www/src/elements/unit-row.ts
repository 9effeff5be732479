import { css } from 'lit';

/** Which unit is shown in numbers, as a row of choices. */
export const unitRow = css`
  .units {
    display: flex;
    border-bottom: 1px solid var(--hairline);
  }
  .units button {
    flex: 1;
    border-radius: 0;
    color: var(--grey);
  }
  .units button[aria-pressed='true'] {
    border-bottom: 2px solid var(--accent);
    color: var(--ink);
  }
`;
