import { LogitscopeError } from './errors.js';
import { needs, type Missing, type ModelFile, type ModelFiles } from './files.js';

/** The files of a folder on a server. */
export class DownloadedFiles implements ModelFiles {
  readonly kept = false;

  /** `cache` is that of `fetch`. */
  constructor(
    private readonly folder: string,
    private readonly cache: RequestCache,
  ) {}

  async open(name: string): Promise<ModelFile | Missing> {
    const url = fileUrl(this.folder, name);
    let response: Response;
    try {
      response = await fetch(url, { cache: this.cache });
    } catch (error) {
      throw new LogitscopeError('DownloadError', `${name}: ${unreachable(new URL(url))}`, { cause: error });
    }
    const { status, headers, body } = response;
    const answered = `${url} answered ${[status, response.statusText].join(' ').trim()}`;
    // Stores such as S3, and the hub, answer 401 or 403 for what is not there, too.
    if (status === 401 || status === 403) {
      return { missing: `${answered}. It is private, or needs a login, or is not there at all. ${needs}` };
    }
    if (status === 404 || status === 410) return { missing: `${answered}: there is no such file. ${needs}` };
    if (!response.ok || !body) {
      throw new LogitscopeError('DownloadError', `${name}: ${answered}, which is the server's trouble. Try again later.`);
    }
    if (headers.get('content-type')?.startsWith('text/html')) {
      await body.cancel();
      return { missing: htmlInstead(url) };
    }
    const length = headers.get('content-length');
    // Across origins a script does not see whether the transfer is compressed.
    const exact = response.type === 'basic' && !headers.has('content-encoding');
    return { from: url, body, announced: length === null ? undefined : Number(length), exact };
  }
}

/** The URL of a file in a folder. */
export function fileUrl(folder: string, name: string): string {
  return new URL(encodeURIComponent(name), folder).href;
}

/** What to say of a web page in the place of a file. */
export function htmlInstead(from: string): string {
  return `${from} is an HTML page instead of the file: the file is not there, or the site wants a login. ${needs}`;
}

/** The bytes of a file as they arrive. A connection that is cut is an error that says so. */
export async function* receive(
  name: string,
  file: ModelFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = file.body.getReader();
  let received = 0;
  try {
    for (;;) {
      let next: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
      try {
        next = await reader.read();
      } catch (error) {
        throw cut(name, file, received, error);
      }
      if (next.done) return;
      received += next.value.byteLength;
      yield next.value;
    }
  } finally {
    // Stops the transfer if the reader's consumer stopped before its end.
    reader.cancel().catch(() => {});
  }
}

/** A file that ended before all of its announced bytes came. */
export function cut(name: string, file: ModelFile, received: number, cause: unknown): LogitscopeError {
  const of = file.announced === undefined ? '' : ` of ${file.announced.toLocaleString('en')}`;
  return new LogitscopeError(
    'DownloadError',
    `${name}: the connection was cut after ${received.toLocaleString('en')}${of} bytes from ${file.from}. Try again.`,
    { cause },
  );
}

/** A browser does not tell a page why nothing came; these are the causes there are. */
function unreachable(url: URL): string {
  if (!navigator.onLine) {
    return `${url} cannot be reached: this device is offline. Models that are kept in the browser, and files on this device, still load.`;
  }
  if (self.origin.startsWith('https:') && url.protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(url.hostname)) {
    return `${url} is blocked: a page that came by https may not fetch by http. Use an https address.`;
  }
  const causes =
    url.origin === self.origin
      ? 'The server is not running, or the connection is down.'
      : `Either the server cannot be reached (is the address right?), or it does not allow other sites to read its files: ` +
        `it has to send the header "Access-Control-Allow-Origin: *" (CORS). Files downloaded to this device can be chosen instead.`;
  return `${url} could not be fetched. ${causes}`;
}
