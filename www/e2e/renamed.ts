import { readFileSync } from 'node:fs';
import type { FileServer } from './server';

const BUNDLED = new URL('../public/models/bundled/', import.meta.url);

/** Serves the bundled model with other texts for some of its tokens; gives its folder. */
export function renamed(server: FileServer, name: string, texts: Record<string, string>): string {
  const tokenizer = JSON.parse(readFileSync(new URL('tokenizer.json', BUNDLED), 'utf8')) as {
    model: { vocab: Record<string, number>; merges: [string, string][] };
    added_tokens: object[];
  };
  for (const [text, content] of Object.entries(texts)) {
    const { vocab, merges } = tokenizer.model;
    tokenizer.model.merges = merges.filter(([left, right]) => ![left, right, left + right].includes(text));
    const id = vocab[text] ?? NaN;
    delete vocab[text];
    vocab[content] = id;
    tokenizer.added_tokens.push({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false });
  }
  return server.make(encodeURIComponent(name), {
    'config.json': readFileSync(new URL('config.json', BUNDLED)),
    'model.safetensors': readFileSync(new URL('model.safetensors', BUNDLED)),
    'tokenizer.json': Buffer.from(JSON.stringify(tokenizer)),
  });
}
