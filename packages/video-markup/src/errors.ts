/** Base of every error that this package throws on its own account; a caller's own mistake is a TypeError or RangeError. */
export class VideoMarkupError extends Error {
  override name = "VideoMarkupError";
}

/** Thrown by `planDetector` when a model's outputs fit no known layout, or do not fit the layout asked for. */
export class DetectorLayoutError extends VideoMarkupError {
  override name = "DetectorLayoutError";
  /** The model's inputs and outputs, as text. */
  readonly seen: string;
  /** Layouts that can be asked for. */
  readonly known: readonly string[];

  constructor(message: string, details: { seen: string; known: readonly string[]; cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.seen = details.seen;
    this.known = details.known;
  }
}
