/** Base of every error that this package throws on its own account. */
export class RecordIOError extends Error {
  override name = "RecordIOError";
}

/**
 * A `.rec` stream is not what the format allows: a wrong magic, a length past the bound, parts out of
 * order, a header that does not fit its record, or an end in the middle of a record.
 */
export class CorruptRecordError extends RecordIOError {
  override name = "CorruptRecordError";
  /** Offset in bytes, from the start of the source, of the first byte that could not be taken. */
  readonly byteOffset: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(reason: string, byteOffset: number, options?: ErrorOptions) {
    super(`${reason} (at byte ${byteOffset})`, options);
    this.reason = reason;
    this.byteOffset = byteOffset;
  }
}

/**
 * Why an image was not taken as it is. `"truncated"`: its end is missing; `"damaged"`: data are missing or wrong in its
 * middle; `"unreadable"`: the file cannot be read, or the decoder gives up.
 */
export type ImageProblem =
  | "unreadable"
  | "damaged"
  | "truncated"
  | "unsupported"
  | "too-large"
  | "missing"
  | "empty"
  | "not-an-image";

/** An image of the list cannot be packed: it is missing, truncated, too large or in no known format. */
export class ImageError extends RecordIOError {
  override name = "ImageError";
  /** Path of the image, as it stands in the list. */
  readonly path: string;
  /** The kind of problem, for a caller that branches on it. */
  readonly problem: ImageProblem;

  constructor(path: string, problem: ImageProblem, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.path = path;
    this.problem = problem;
  }
}

/** A list, an index, a CSV file or a folder does not hold what it must; the message names file and line. */
export class ListError extends RecordIOError {
  override name = "ListError";
}

/** Another live process is writing the same output; the message names it. */
export class OutputBusyError extends RecordIOError {
  override name = "OutputBusyError";
}
