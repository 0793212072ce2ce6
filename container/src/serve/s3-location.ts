import { RequestError } from "./request-error.js";

/** An object or prefix in S3. */
export interface S3Location {
  readonly bucket: string;
  /** Key without a leading slash; "" is the whole bucket. */
  readonly key: string;
}

/** `s3://bucket/key`. */
export function formatS3({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}

const URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/**
 * Reads a client's `s3://bucket/key` and checks it against what the endpoint may touch.
 *
 * @param allowed `s3://bucket/prefix` entries; undefined allows everything the role may reach
 * @throws RequestError 400 when it is no such URI, 403 when it lies outside `allowed`
 */
export function parseS3(value: unknown, field: string, allowed: readonly string[] | undefined): S3Location {
  const match = typeof value === "string" ? URI.exec(value) : null;
  const key = match?.[2] ?? "";
  // S3 takes keys up to 1,024 bytes; control characters only serve to confuse logs.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is refused
  if (!match || Buffer.byteLength(key) > 1024 || /[\u0000-\u001f\u007f]/.test(key)) {
    throw new RequestError(
      400,
      "InvalidLocation",
      `"${field}" must be s3://bucket/key, not ${JSON.stringify(value)}.`,
    );
  }
  const location = { bucket: match[1]!, key };
  if (allowed && !allowed.some((entry) => isInside(location, entry))) {
    throw new RequestError(
      403,
      "LocationNotAllowed",
      `"${field}" ${formatS3(location)} is outside of what this endpoint may touch (SIGHTLINE_S3_ALLOWED).`,
    );
  }
  return location;
}

/**
 * A prefix ends at a slash: `s3://b/in` allows `in` and `in/x`, but not `inside/x`. A key with `..` in it is nowhere
 * inside: S3 takes it as it stands, but a store or proxy that makes it a path would leave the prefix.
 */
function isInside({ bucket, key }: S3Location, entry: string): boolean {
  const [, allowedBucket, prefix = ""] = URI.exec(entry)!;
  if (bucket !== allowedBucket) return false;
  if (key.split("/").some((part) => part === "." || part === "..")) return false;
  return prefix === "" || key === prefix || key.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}
