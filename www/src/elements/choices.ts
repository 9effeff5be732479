import { css } from 'lit';

/** Choices in a row, and how far what was asked for is. */
export const choices = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 4px;
  }
  [role='group'] [aria-pressed='true'] {
    color: var(--ink);
    text-decoration: underline 2px var(--accent);
    text-underline-offset: 5px;
    cursor: default;
  }
  /* What it says changes, and moves nothing. */
  @media print {
    .bar [aria-pressed='false'],
    .bar .work {
      display: none;
    }
  }
  .work {
    margin-left: auto;
    min-width: 256px;
    min-height: var(--target);
    align-content: center;
    text-align: right;
  }
  progress {
    width: 80px;
    height: 4px;
    accent-color: var(--accent);
    vertical-align: middle;
  }
  /* On a phone no line is kept for work that is done: what goes on lies over the row. */
  @media (max-width: 720px) {
    .bar {
      position: relative;
    }
    .work {
      min-width: 0;
    }
    .passing:empty {
      display: none;
    }
    .passing:has(progress) {
      position: absolute;
      top: 0;
      right: 0;
      padding-left: 8px;
      background: var(--ground);
    }
  }
`;
