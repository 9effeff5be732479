import type { Progress } from '../api/logitscope';
import type { WidgetModel } from './widget';

/** Bytes of one message. */
const CHUNK = 4 << 20;

/** A file of a model: its name and its bytes. */
export type Listed = readonly [name: string, bytes: number];

interface Reply {
  id: number;
  error?: string;
}

/** Files that lie where the notebook's Python runs, which may be another machine: they come by the widget's messages. */
export class Kernel {
  readonly #waiting = new Map<number, { resolve(bytes: Uint8Array<ArrayBuffer>): void; reject(error: Error): void }>();

  constructor(private readonly model: Pick<WidgetModel<object>, 'on' | 'send'>) {
    model.on('msg:custom', ({ id, error }: Reply, [buffer]: DataView<ArrayBuffer>[] = []) => {
      const asked = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (buffer) asked?.resolve(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength));
      else asked?.reject(new Error(error ?? 'The notebook’s Python sent nothing.'));
    });
  }

  /** A part of a file; all of it, by default. */
  read(file: string, at = 0, length?: number): Promise<Uint8Array<ArrayBuffer>> {
    // Other views of the widget hear the reply too.
    const id = Math.random();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.model.send({ id, file, at, length });
    });
  }

  /** A model's files, as the browser's own, which it keeps where it has room. */
  async files(listed: readonly Listed[], onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<File[]> {
    const total = listed.reduce((sum, [, bytes]) => sum + bytes, 0);
    const files: File[] = [];
    let loaded = 0;
    for (const [name, bytes] of listed) {
      const parts: Blob[] = [];
      for (let at = 0; at < bytes; at += CHUNK) {
        signal.throwIfAborted();
        const part = await this.read(name, at, CHUNK);
        parts.push(new Blob([part]));
        onProgress({ file: name, loaded: (loaded += part.byteLength), total, fromCache: false });
      }
      files.push(new File(parts, name));
    }
    return files;
  }
}
