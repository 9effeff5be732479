import { css } from 'lit';

/** A field for a word of the question. */
export const word = css`
  input.token:not([type='checkbox']) {
    padding: 0;
    field-sizing: content;
    min-width: 72px;
    max-width: 100%;
    border-width: 0 0 1px;
    border-radius: 0;
    font-size: var(--large);
  }
  input::placeholder {
    color: var(--grey);
    opacity: 1;
  }
`;
