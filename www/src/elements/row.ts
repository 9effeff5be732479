import { css } from 'lit';

/** A row of the question: a word in the margin, and what it introduces. */
export const row = css`
  :host {
    display: grid;
    grid-template-columns: 48px minmax(0, 1fr);
    column-gap: 8px;
  }
  .gutter {
    align-self: center;
    color: var(--grey);
    font-size: var(--small);
    line-height: 16px;
    text-align: right;
  }
  .below {
    grid-column: 2 / -1;
  }
  @media (max-width: 720px) {
    :host {
      grid-template-columns: minmax(0, 1fr);
    }
    .gutter {
      text-align: left;
    }
    .below {
      grid-column: 1;
    }
  }
`;
