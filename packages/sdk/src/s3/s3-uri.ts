import { checkBucketName } from "../checks/names.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";

/** A place in S3. A key that ends in "/" (or is empty) is a folder. */
export interface S3Location {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Key without a slash in front; "" is the whole bucket. */
  readonly key: string;
}

/**
 * Takes `s3://bucket/key` apart.
 *
 * @throws InvalidInputError when it is no such URI, or the key is longer than S3's 1,024 bytes.
 * @example
 * parseS3Uri("s3://drivers/channels/train.rec") // { bucket: "drivers", key: "channels/train.rec" }
 */
export function parseS3Uri(uri: string, field = "uri"): S3Location {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (match === null) {
    throw new InvalidInputError(field, "an S3 URI such as s3://bucket/folder/file", uri, "Begin with s3://.");
  }
  const bucket = match[1] as string;
  const key = match[2] ?? "";
  checkBucketName(`bucket of ${field}`, bucket);
  if (Buffer.byteLength(key) > 1024) {
    throw new InvalidInputError(`key of ${field}`, "at most 1,024 bytes", key, "Shorten the path.");
  }
  return { bucket, key };
}

/**
 * Puts bucket and key together: `s3://bucket/key`.
 *
 * @example
 * ```ts
 * formatS3Uri({ bucket: "drivers", key: "channels/train.rec" }); // "s3://drivers/channels/train.rec"
 * ```
 */
export function formatS3Uri(location: S3Location): string {
  return `s3://${location.bucket}/${location.key}`;
}

/** A URI as it is, and anything else as a key in the session's bucket. */
export function locate(session: Session, place: string, field = "uri"): S3Location {
  if (place.startsWith("s3://")) return parseS3Uri(place, field);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) {
    throw new InvalidInputError(
      field,
      "an S3 URI or a key in the session's bucket",
      place,
      "Begin with s3://.",
    );
  }
  if (session.bucket === undefined) {
    throw new InvalidInputError(
      field,
      "an S3 URI such as s3://bucket/folder/, because the session has no bucket",
      place,
      "Or pass `bucket` to createSession().",
    );
  }
  return { bucket: session.bucket, key: place.replace(/^\/+/, "") };
}

/** The member that makes S3 refuse a bucket of somebody else. */
export function bucketOwner(session: Session): { ExpectedBucketOwner?: string } {
  return session.expectedBucketOwner === undefined
    ? {}
    : { ExpectedBucketOwner: session.expectedBucketOwner };
}
