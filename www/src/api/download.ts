import { LogitscopeError } from './errors.js';
import { needs, type Missing, type ModelFile, type ModelFiles } from './files.js';
import { readHubFolder } from './hub.js';

/** No folder has a file of this name: what a server answers for it, it answers for whatever is not there. */
const nowhere = 'logitscope-asks-for-a-file-that-is-not-there.json';

/** An answer that is no file, and may be this server's way to say that there is none. */
interface Refusal {
  /** What is the same for every file that it refuses in this way. */
  kind: number | 'page';
  message: string;
}

/** The files of a folder on a server. */
export class DownloadedFiles implements ModelFiles {
  readonly kept = false;
  revision: string | undefined;
  #absence: Promise<Refusal['kind'] | undefined> | undefined;

  /** `cache` is that of `fetch`. */
  constructor(
    private readonly folder: string,
    private readonly cache: RequestCache,
  ) {}

  /** @throws {@link LogitscopeError} `DownloadError` if it is not known whether there is such a file, or what is in it */
  async open(name: string): Promise<ModelFile | Missing> {
    const answer = await this.#ask(name);
    if (!('kind' in answer)) return answer;
    // Stores such as S3 answer 403 for what is not there, and servers of single pages their page.
    this.#absence ??= this.#ask(nowhere).then(
      (answer) => ('kind' in answer ? answer.kind : undefined),
      () => undefined,
    );
    if ((await this.#absence) === answer.kind) return { missing: answer.message };
    throw new LogitscopeError('DownloadError', `${name}: ${answer.message}`);
  }

  async #ask(name: string): Promise<ModelFile | Missing | Refusal> {
    const url = fileUrl(this.folder, name);
    let response: Response;
    try {
      response = await fetch(url, { cache: this.cache });
    } catch (error) {
      throw new LogitscopeError('DownloadError', `${name}: ${unreachable(new URL(url))}`, { cause: error });
    }
    const { status, headers, body } = response;
    const answered = `${url} answered ${[status, response.statusText].join(' ').trim()}`;
    if (status === 401 || status === 403) {
      await body?.cancel();
      return { kind: status, message: `${answered}. It is private, or needs a login, or is not there at all. ${needs}` };
    }
    if (status === 404 || status === 410) return { missing: `${answered}: there is no such file. ${needs}` };
    if (!response.ok || !body) {
      throw new LogitscopeError('DownloadError', `${name}: ${answered}, which is the server's trouble. Try again later.`);
    }
    const bytes = /\.(json|txt)$/.test(name) ? await begun(name, url, body) : { body, isPage: false };
    if (bytes.isPage || headers.get('content-type')?.startsWith('text/html')) {
      await bytes.body.cancel();
      return { kind: 'page', message: htmlInstead(url) };
    }
    if (name !== nowhere) this.#check(name, response);
    const length = headers.get('content-length');
    // Across origins a script does not see whether the transfer is compressed.
    const exact = response.type === 'basic' && !headers.has('content-encoding');
    return { from: url, body: bytes.body, announced: length === null ? undefined : Number(length), exact };
  }

  /** Files of two commits are no model. */
  #check(name: string, response: Response): void {
    if (!readHubFolder(this.folder)) return;
    const revision = commitOf(response);
    if (revision && this.revision && revision !== this.revision) {
      throw new LogitscopeError('DownloadError', `${name}: the model was changed on the hub while it was read. Load it again.`);
    }
    this.revision ??= revision;
  }
}

/** The hub's commit that an answer is of. It redirects to where small files are kept, by their commit. */
function commitOf({ headers, url }: Response): string | undefined {
  const [commit] = /^[0-9a-f]{40}$/.exec(headers.get('x-repo-commit') ?? '') ?? [];
  return commit ?? /^https:\/\/huggingface\.co\/api\/resolve-cache\/models\/[^/]+\/[^/]+\/([0-9a-f]{40})\//.exec(url)?.[1];
}

/** Looks whether a text file is a web page, whatever its server calls it; gives all of its bytes back. */
async function begun(
  name: string,
  from: string,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<{ body: ReadableStream<Uint8Array<ArrayBuffer>>; isPage: boolean }> {
  const reader = body.getReader();
  let first: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
  try {
    first = await reader.read();
  } catch (error) {
    throw cut(name, { from, announced: undefined }, 0, error);
  }
  const text = new TextDecoder().decode(first.value?.subarray(0, 1024));
  const again = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (controller) => first.value && controller.enqueue(first.value),
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { body: again, isPage: /^\s*<(!--|(!doctype|html|head|body)\b)/i.test(text) };
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
        throw error instanceof LogitscopeError ? error : cut(name, file, received, error);
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
export function cut(name: string, file: Pick<ModelFile, 'from' | 'announced'>, received: number, cause: unknown): LogitscopeError {
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
  const elsewhere = 'Files downloaded to this device can be chosen instead.';
  const causes =
    url.origin === self.origin
      ? 'The server is not running, or the connection is down.'
      : url.hostname === 'huggingface.co'
        ? `The Hugging Face hub cannot be reached: the connection may be down, or this network may block it. ${elsewhere}`
        : `Either the server cannot be reached (is the address right?), or it does not allow other sites to read its files: ` +
          `it has to send the header "Access-Control-Allow-Origin: *" (CORS). ${elsewhere}`;
  return `${url} could not be fetched. ${causes}`;
}
