import { parseS3Location, type S3Location } from "@sightline/contract/s3-location";
import { RequestError } from "./request-error.js";

/** `s3://bucket/key`. */
export function formatS3({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}

/**
 * Reads a client's `s3://bucket/key` and checks it against what the endpoint may touch.
 *
 * @param allowed `s3://bucket/prefix` entries; undefined allows everything the role may reach
 * @throws RequestError 400 when it is no such URI, 403 when it lies outside `allowed`
 */
export function parseS3(value: unknown, field: string, allowed: readonly string[] | undefined): S3Location {
  const location = parseS3Location(value);
  if (!location) {
    throw new RequestError(
      400,
      "InvalidLocation",
      `"${field}" must be s3://bucket/key, not ${JSON.stringify(value)}.`,
    );
  }
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
  const { bucket: allowedBucket, key: prefix } = parseS3Location(entry)!;
  if (bucket !== allowedBucket) return false;
  if (key.split("/").some((part) => part === "." || part === "..")) return false;
  return prefix === "" || key === prefix || key.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}
