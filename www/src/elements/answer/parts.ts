import { css } from 'lit';

/** A table of what a part is taken apart into, in the panel's width. */
export const parts = css`
  :host {
    display: grid;
    gap: 4px;
    min-width: 0;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    table-layout: fixed;
  }
  th,
  td {
    padding: 0 0 0 8px;
    font-weight: 400;
    text-align: right;
    white-space: nowrap;
  }
  th:nth-child(2) {
    text-align: left;
  }
  tbody th {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  :is(th, td):first-child {
    width: 16px;
    padding: 0;
    text-align: left;
  }
  :is(th, td):nth-child(3) {
    width: 72px;
  }
  :is(th, td):nth-child(4) {
    width: 52px;
  }
  tbody tr {
    height: max(24px, var(--target) - 6px);
    border-top: 1px solid var(--hairline);
  }
  tbody button {
    padding: 0 4px;
    min-height: max(24px, var(--target) - 7px);
  }
  @media (pointer: coarse), (max-width: 720px) {
    tbody button {
      min-height: 44px;
    }
  }
  .identity:not(.wrong) span {
    color: var(--accent);
  }
  @media print {
    :host {
      display: block;
    }
    table {
      break-inside: avoid;
    }
    td button,
    p button {
      display: none;
    }
  }
  /* What comes moves nothing. */
  .room {
    min-height: calc(20px * 4 + 8px + max(26px, var(--target) - 6px) * (var(--rows) + 1));
  }
`;
