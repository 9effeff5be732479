/** A module and all that it imports, as text (vite.config.ts). */
declare module '*?code' {
  const code: string;
  export default code;
}
