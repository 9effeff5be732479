/** Copies of modules that come with the script, gzipped, as bytes or in base64. */
export type Inlined = () => Promise<{ default: string | Uint8Array<ArrayBuffer> }>;

/** Those of the page, which has its files in its own hands: none. */
export const inlined: { charts?: Inlined; model?: Inlined } = {};
