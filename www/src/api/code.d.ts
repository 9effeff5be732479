/** A module and all that it imports, as text, and what a Content-Security-Policy calls that text (vite.config.ts). */
declare module '*?code' {
  const code: string;
  export default code;
  export const hash: string;
}

/** A file, gzipped, in base64 (vite.config.ts). */
declare module '*?packed' {
  const packed: string;
  export default packed;
}
