import { css } from 'lit';
import { base } from '../elements/styles';

/** What every exhibit looks like: its pictures, a line of what is selected, and the numbers on demand. */
export const exhibit = [
  base,
  css`
    :host {
      display: grid;
      gap: 8px;
      min-width: 0;
    }
    .said {
      min-height: 20px;
    }
    @container (max-width: 600px) {
      .said {
        min-height: 40px;
      }
    }
    summary {
      width: max-content;
      min-height: var(--target);
      align-content: center;
      color: var(--accent);
      font-size: var(--small);
      cursor: pointer;
    }
    .numbers {
      max-height: 320px;
      overflow: auto;
      scrollbar-width: thin;
    }
    .picture {
      display: grid;
      height: var(--chart-height, var(--height));
      min-width: 0;
    }
    @media print {
      details {
        display: none;
      }
      .picture {
        height: auto;
        break-inside: avoid;
      }
    }
  `,
];
