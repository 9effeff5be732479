/** A module and all that it imports, as text (vite.config.ts). */
declare module '*?code' {
  const code: string;
  export default code;
}

/** A file as text: gzipped, in base64 (package.config.ts). */
declare module '*?gzip' {
  const base64: string;
  export default base64;
}
