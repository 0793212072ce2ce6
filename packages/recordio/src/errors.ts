import { namedError } from "@sightline/foundation/named-error";

/** Base of every error that this package throws on its own account. */
export class RecordIOError extends namedError("RecordIOError", Error) {}

/**
 * A `.rec` stream is not what the format allows: a wrong magic, a length past the bound, parts out of
 * order, a header that does not fit its record, or an end in the middle of a record.
 */
export class CorruptRecordError extends namedError("CorruptRecordError", RecordIOError) {
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

/** An image of the list cannot be packed: it is missing, damaged, too large or in no known format. */
export class ImageError extends namedError("ImageError", RecordIOError) {
  /** Path of the image, as it stands in the list. */
  readonly path: string;
  /** The kind of problem, for a caller that branches on it. */
  readonly problem: ImageProblem;
  /** The other images of the run that cannot be packed either, in list order, up to 999 of them. */
  readonly others: readonly ImageError[];

  constructor(
    path: string,
    problem: ImageProblem,
    message: string,
    options?: ErrorOptions & { readonly others?: readonly ImageError[]; readonly more?: string },
  ) {
    super(`${path}: ${message}${options?.more ?? ""}`, options);
    this.path = path;
    this.problem = problem;
    this.others = options?.others ?? [];
  }

  /** The first of several; its message names others too. @param count of all of them */
  static of(first: ImageError, others: readonly ImageError[], count: number): ImageError {
    if (others.length === 0) return first;
    const reason = first.message.slice(first.path.length + 2);
    const named = others.slice(0, NAMED).map((error) => `\n  ${error.message}`);
    const rest = count - 1 - named.length;
    const more = `\nand ${count - 1} more cannot be packed:${named.join("")}${rest > 0 ? `\n  and ${rest} more` : ""}`;
    return new ImageError(first.path, first.problem, reason, { others, more });
  }
}

/** Images that a message names beside the first; more would fill a screen. */
const NAMED = 20;

/** A list, an index, a CSV file or a folder does not hold what it must; the message names file and line. */
export class ListError extends namedError("ListError", RecordIOError) {}

/** Another live process is writing the same output; the message names it. */
export class OutputBusyError extends namedError("OutputBusyError", RecordIOError) {}
