import { css } from 'lit';
import { moreBelow } from '../more-below';

/** Tokens in lines, or in one that scrolls. */
export const styles = css`
  .gutter {
    align-self: start;
    padding-top: 16px;
  }
  .strip {
    display: flex;
    flex-wrap: wrap;
    grid-column: -2 / -1;
    gap: 0 4px;
    min-height: var(--target);
    position: relative;
    max-height: 17dvh;
    /* Whole lines. */
    max-height: calc(round(down, 17dvh, var(--target) + 11px) + 2px);
    /* Room for what goes on from the line before. */
    margin-left: -5px;
    padding: 1px 1px 1px 6px;
    overflow: hidden auto;
    ${moreBelow}
    scroll-snap-type: y proximity;
    /* Painted anew when it changes, not with each frame of a chart that moves: hundreds of tokens take longer than the charts. */
    contain: layout paint style;
    isolation: isolate;
  }
  :host(:is([line], [close])) {
    grid-template-columns: max-content minmax(0, 1fr);
  }
  :host(:is([line], [close])) .gutter:not(:has(b)) {
    display: none;
  }
  :host([line]) .strip {
    flex-wrap: nowrap;
    overflow: auto hidden;
    background: none;
    scroll-snap-type: x proximity;
    scroll-padding-left: 6px;
  }
  .token {
    min-width: 16px;
    padding: 0 6px;
    border-color: var(--hairline);
    color: var(--ink);
  }
  /* Blocks: a strip of hundreds of grids takes four times as long to lay out. */
  .cell {
    position: relative;
    flex: none;
    max-width: 100%;
    padding: 7px 0 4px;
    scroll-snap-align: start;
  }
  .strip > button {
    margin: 7px 0 4px;
  }
  .cell .token {
    display: block;
    width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  /* What is put before the prompt has room for a line after it. */
  .bos .cell:first-child {
    margin-right: 8px;
  }
  .rests .cell:first-child::after {
    content: '';
    position: absolute;
    inset: 4px -7px 4px auto;
    border-right: 1px solid var(--grey);
  }
  /* What is one character stands together. */
  .cell.on {
    margin-left: -5px;
  }
  .cell.on .token {
    border-left-style: dotted;
  }
  .token.tinted {
    forced-color-adjust: none;
    print-color-adjust: exact;
  }
  .token.read {
    padding: 0 4px;
    border: 3px double var(--accent);
  }
  /* The attention paid, of all that a head has to pay. */
  .paid {
    position: absolute;
    inset: auto 0 0;
    height: 3px;
  }
  .paid[data-shown] {
    background-color: var(--hairline);
    background-image: linear-gradient(var(--grey) 0 0);
    background-repeat: no-repeat;
    forced-color-adjust: none;
    print-color-adjust: exact;
  }
  .token.expected {
    display: flex;
    align-items: center;
    min-height: var(--target);
    border: 1px solid var(--hairline);
    border-radius: 4px;
    color: var(--grey);
    font-size: var(--small);
    line-height: 16px;
  }
  .token.written {
    border-style: dashed;
    border-color: var(--accent);
  }
  .token[aria-pressed='true'] {
    border: 2px solid var(--accent);
    padding: 0 5px;
  }
  .token[aria-pressed='true']:not(.tinted) {
    background: var(--accent-ground);
  }
  :host([close]) {
    column-gap: 0;
  }
  :host([close]) .gutter {
    padding-right: 8px;
  }
  :host([close]) .strip {
    gap: 0 2px;
  }
  :host([close]) .token {
    padding: 0 3px;
  }
  :host([close]) .token[aria-pressed='true'] {
    padding: 0 2px;
  }
  @media (max-width: 720px) {
    .token {
      min-width: var(--target);
    }
    /* Three lines. */
    .strip {
      max-height: max(17dvh, 168px);
    }
  }
`;
