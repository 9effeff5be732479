/** A module and all that it imports, as text, and what a Content-Security-Policy calls that text (bundling.ts). */
declare module '*?code' {
  const code: string;
  export default code;
  export const hash: string;
}

/** A file as text: gzipped, in base64 (bundling.ts). */
declare module '*?gzip' {
  const base64: string;
  export default base64;
}
