/** Why a page has no storage at all. */
export class NoStorage extends Error {
  constructor(readonly why: 'insecure' | 'sandboxed' | 'blocked' | 'missing') {
    super(why);
  }
}

const none = {
  insecure: 'this page did not come by https, and other pages are given no storage',
  sandboxed: 'this page is in a sandboxed frame, or was opened from a disk, and is given no storage',
  blocked: "the browser blocks this site's storage, as it does in private windows, and where cookies are blocked",
  missing: 'this browser has no storage that would do',
};

/**
 * Why a model is not kept, in words. What browsers themselves say of it is for no reader.
 *
 * @param bytes - what was to be kept, if known
 */
export function refusal(error: unknown, bytes = 0): string {
  const size = bytes > 0 ? ` for its ${Math.ceil(bytes / 1e6).toLocaleString('en')} MB` : '';
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  const why = full ? `there is not enough room${size}` : error instanceof NoStorage ? none[error.why] : "the browser's storage failed";
  return `This model is not kept in the browser: ${why}. It will be downloaded again next time.`;
}
