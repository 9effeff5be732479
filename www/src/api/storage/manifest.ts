import type { Store } from './store.js';

const file = 'logitscope-manifest.json';

/** Of what an earlier version kept there are no checksums: it is downloaded anew. */
const layout = 3;

/** What is kept of a model. Written last, so that a model with one is complete. */
export interface Manifest {
  layout: typeof layout;
  /** No two copies have the same, of the same model either. */
  id: string;
  files: Record<string, KeptFile>;
  /** The hub's commit that they are of. */
  revision?: string;
}

/** What is known of a file, to see damage as it is read. */
export interface KeptFile {
  bytes: number;
  /** The checksum of each block. */
  sums: string[];
}

/** The manifest of a model that is complete. */
export async function readManifest(store: Store, url: string): Promise<Manifest | undefined> {
  try {
    const reader = await store.open(url, file);
    const text = await reader.read(0);
    reader.close();
    const manifest = JSON.parse(new TextDecoder().decode(text)) as Partial<Manifest>;
    return manifest.layout === layout ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeManifest(store: Store, url: string, files: Manifest['files'], revision: string | undefined): Promise<void> {
  const manifest: Manifest = { layout, id: crypto.randomUUID(), files, ...(revision && { revision }) };
  const writer = await store.create(url, file);
  try {
    await writer.write(new TextEncoder().encode(JSON.stringify(manifest)));
  } finally {
    writer.close();
  }
}

/** A model's bytes, without what is kept about them. */
export function bytesOf({ files }: Manifest): number {
  return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}
