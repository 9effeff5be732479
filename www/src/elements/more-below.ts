import { css } from 'lit';

/** A ground that shows by a shadow that there is more below, to scroll to. */
export const moreBelow = css`
  background:
    linear-gradient(transparent, var(--ground) 50%) bottom / 100% 32px no-repeat local,
    linear-gradient(transparent, var(--hairline)) bottom / 100% 16px no-repeat;
`;
