import { css } from 'lit';

/** What is read aloud and not seen. */
export const unseen = css`
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
`;

/** What every element starts from: the page's controls, in the page's type. */
export const base = css`
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  * {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  figure,
  dl,
  dd,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }
  h2,
  h3 {
    font-size: var(--body);
    font-weight: 600;
  }
  ul,
  ol {
    list-style: none;
  }
  button,
  input,
  select,
  textarea {
    margin: 0;
    font: inherit;
    color: inherit;
  }
  button,
  select,
  .button {
    min-height: var(--target);
    padding: 0 8px;
    border: 1px solid transparent;
    border-radius: 4px;
    background: none;
    color: var(--accent);
    font-size: var(--small);
    line-height: 16px;
    text-decoration: none;
    cursor: pointer;
  }
  select {
    background: var(--ground);
  }
  button:hover:not(:disabled),
  select:hover,
  .button:hover {
    background: var(--hover);
  }
  button:disabled {
    color: var(--grey);
    cursor: default;
  }
  button.main {
    border-color: var(--accent);
  }
  input:not([type='checkbox']) {
    min-height: var(--target);
    padding: 0 8px;
    border: 1px solid var(--grey);
    border-radius: 4px;
    background: var(--ground);
  }
  input[type='checkbox'] {
    width: 16px;
    height: 16px;
    accent-color: var(--accent);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  sub {
    font-size: 0.8em;
    line-height: 0;
    vertical-align: -0.2em;
  }
  /* Colours of grounds and borders say nothing there. */
  @media (forced-colors: active) {
    [aria-pressed='true'],
    [aria-current='true'],
    tr.selected {
      outline: 2px solid Highlight;
      outline-offset: -3px;
    }
  }
  .mono {
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
  }
  .small {
    font-size: var(--small);
    line-height: 20px;
  }
  .grey {
    color: var(--grey);
  }
  .wrong {
    color: var(--wrong);
  }
  .token {
    font-family: var(--mono);
    white-space: pre;
    unicode-bidi: isolate;
  }
  .unseen {
    ${unseen}
  }
  [popover] {
    position: fixed;
    inset: auto;
    align-content: start;
    margin: 0;
    padding: 16px;
    /* Not by the room to the right of wherever it happens to stand. */
    width: max-content;
    max-width: calc(100% - 16px);
    max-height: calc(100dvh - 64px);
    overflow: auto;
    border: 1px solid var(--hairline);
    border-radius: 8px;
    background: var(--ground);
    color: var(--ink);
    box-shadow: 0 8px 24px rgb(0 0 0 / 0.18);
  }
`;

/** A canvas that is pointed at. */
export const charted = css`
  .chart {
    position: relative;
    min-width: 0;
    touch-action: pan-y pinch-zoom;
    cursor: crosshair;
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  @media (forced-colors: active) {
    canvas {
      outline: 1px solid CanvasText;
    }
  }
  @media print {
    .chart {
      height: auto;
      break-inside: avoid;
    }
    canvas {
      position: static;
      height: auto;
    }
  }
`;
