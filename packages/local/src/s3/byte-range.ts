import { AwsError } from "../errors.js";

/** Bytes `start` up to but not including `end`. */
export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset behind the last byte. */
  readonly end: number;
}

/**
 * Reads a Range header (RFC 9110, 14.2). Returns undefined where the header does not apply: another
 * unit, several ranges, or no range that makes sense; S3 then sends the whole object.
 *
 * @throws AwsError InvalidRange (416)
 */
export function parseRange(range: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const count = Number(last);
    if (count === 0 || size === 0) throw invalidRange(range!, size);
    return { start: Math.max(0, size - count), end: size };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) throw invalidRange(range!, size);
  return { start, end: last === "" ? size : Math.min(size, Number(last) + 1) };
}

/** The refusal of a range that an object has not. */
export function invalidRange(range: string, size: number): AwsError {
  return new AwsError("InvalidRange", "The requested range is not satisfiable", 416, {
    members: { RangeRequested: range, ActualObjectSize: size },
    headers: { "content-range": `bytes */${size}` },
  });
}
