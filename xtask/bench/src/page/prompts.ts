const VOCABULARY = 50257;
let seed = 1;
let prompts = 0;

/** A random token. */
export function token(): number {
  // mulberry32
  seed = (seed + 0x6d2b79f5) | 0;
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) % VOCABULARY;
}

/** Random tokens that no other prompt begins with. */
export function prompt(length: number): number[] {
  prompts += 1;
  return [prompts, ...Array.from({ length: length - 1 }, token)];
}
