const names = [
  'ConfigError',
  'CheckpointError',
  'TokenizerError',
  'PromptError',
  'AnswerError',
  'PositionError',
  'PathError',
  'ArgumentError',
  'DownloadError',
  'StorageError',
  'OverflowError',
  'MemoryError',
  'UnsupportedError',
  'ClosedError',
  'InternalError',
  'ChartError',
] as const;

/**
 * What has to be mended.
 *
 * | name | what was wrong |
 * |---|---|
 * | `ConfigError`, `CheckpointError`, `TokenizerError` | a file of the model |
 * | `PromptError`, `AnswerError`, `PositionError`, `PathError`, `ArgumentError` | what was asked |
 * | `DownloadError` | a file could not be fetched or read |
 * | `StorageError` | what the browser keeps could not be deleted, or is damaged and could not be replaced |
 * | `OverflowError` | the model's numbers, at a place that the message names: float32 does not have them |
 * | `MemoryError` | the model, or the prompt, needs more memory than there is |
 * | `UnsupportedError` | the browser lacks something |
 * | `ClosedError` | the scope was closed, or the run freed |
 * | `InternalError` | a bug in Logitscope, or a worker that would not start |
 * | `ChartError` | a chart that cannot be drawn |
 */
export type LogitscopeErrorName = (typeof names)[number];

/** Whatever goes wrong in Logitscope. The message is for people: what happened to which input, and what to do. */
export class LogitscopeError extends Error {
  override readonly name: LogitscopeErrorName;

  constructor(name: LogitscopeErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }

  /** Also what Rust's charts throw, and another copy of this script: errors of these names. */
  static override [Symbol.hasInstance](thrown: unknown): boolean {
    return thrown instanceof Error && names.some((name) => name === thrown.name);
  }

  /** Names the cause of anything thrown: by Rust, by the browser, or across the worker's boundary. */
  static from(thrown: unknown): LogitscopeError {
    if (LogitscopeError.prototype.isPrototypeOf(thrown as object)) return thrown as LogitscopeError;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const name = names.find((name) => thrown instanceof Error && thrown.name === name) ?? 'InternalError';
    return new LogitscopeError(name, message, { cause: thrown });
  }
}

/** Whether WebAssembly itself stopped. Nothing in its instance can be relied on after that. */
export function isTrap(thrown: unknown): boolean {
  return (
    thrown instanceof WebAssembly.RuntimeError ||
    thrown instanceof RangeError ||
    (thrown instanceof Error && thrown.name === 'PanicError')
  );
}
