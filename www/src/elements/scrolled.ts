import { css } from 'lit';

/** Beside what says how high the row is: what there is more of, it scrolls. */
export const scrolled = css`
  height: 0;
  min-height: 100%;
  overflow: hidden auto;
  scrollbar-gutter: stable;
  margin-right: -12px;
  padding-right: 4px;
`;
