/** Copies of modules that come with the script, gzipped, in base64. */
export type Inlined = () => Promise<{ default: string }>;

/** Those of the page, which has its files in its own hands: none. */
export const inlined: { charts?: Inlined; model?: Inlined } = {};
