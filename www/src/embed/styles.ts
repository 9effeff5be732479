import { css, unsafeCSS } from 'lit';
import { base } from '../elements/styles';
// As it is: what builds the page makes of `light-dark` what asks the page alone.
import palette from '../palette.css?raw';
import { schemeProbe } from './scheme';

/** Of an element in a page of others: the page's custom properties, which a rule for `logit-attribution` there overrides. */
export const styles = [
  unsafeCSS(palette),
  base,
  schemeProbe,
  css`
    :host {
      container-type: inline-size;
      position: relative;
      padding: 12px 16px;
      background: var(--ground);
      color: var(--ink);
      font: var(--body) / 24px var(--sans);
      text-align: start;
    }
    figure {
      display: grid;
      gap: 8px;
      min-height: 240px;
      align-content: start;
      transition: opacity 100ms linear;
    }
    /* The old picture stays, and dims if the new one takes longer than a glance. */
    figure[data-stale] {
      opacity: 0.45;
      transition-delay: 150ms;
    }
    .prompt {
      overflow-wrap: anywhere;
    }
    .heading {
      font-weight: 600;
      overflow-wrap: anywhere;
    }
    .foot {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      gap: 0 16px;
    }
    .waiting,
    .problem {
      place-self: center;
      text-align: center;
    }
    figure:has(.waiting, .problem) {
      align-content: center;
    }
    @media print {
      figure {
        min-height: 0;
      }
    }
  `,
];
