import type { Attribution, Unit } from '../api/logitscope.js';

/** What `<logit-attribution>` tells. All bubble, through shadow roots too. */
export interface LogitAttributionEvents {
  /** A part is selected, by its label; of a lens or of patching a cell, by layer, or state, and row. Null for none. */
  select: CustomEvent<{ label: string | null; at: readonly [number, number] | null }>;
  /** An answer is shown: of a model, the attribution; of JSON, that. */
  answer: CustomEvent<Attribution | Readonly<Record<string, unknown>>>;
  /** There is none, and why. */
  error: CustomEvent<{ name: string; message: string }>;
}

/**
 * `<logit-attribution>`: an answer in a page, with its charts; of a model (`model`, `prompt`, `answer`, `incorrect`, `unit`, `position`), or of JSON (`src`, `data`, or a
 * `<script type="application/json">` in it). Nothing is loaded before it comes into view.
 */
export interface LogitAttributionElement extends HTMLElement {
  /** The URL of a model's folder, or its name on the Hugging Face hub. All elements of a page share it. */
  model: string;
  prompt: string;
  /** The token to explain; empty for the likeliest. */
  answer: string;
  /** The token to compare it with, or several; empty for none. */
  incorrect: string | readonly string[];
  /** Default head. */
  unit: Unit;
  /** After which token, counted from the end if negative. Default -1. */
  position: number;
  /** The URL of an exported answer. */
  src: string;
  /** An exported answer. */
  data: unknown;
  /** The selected part's label. */
  selected: string | null;
  addEventListener<K extends keyof LogitAttributionEvents>(type: K, listener: (event: LogitAttributionEvents[K]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'logit-attribution': LogitAttributionElement;
  }
}
