/** An object, or all that begins with a key, in S3. */
export interface S3Location {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Key without a slash in front; "" is the whole bucket. At most 1,024 bytes. */
  readonly key: string;
}

const URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;
/** S3's limit on keys. */
const MOST_KEY_BYTES = 1024;

/**
 * Takes `s3://bucket/key` apart.
 *
 * @returns undefined when it is no such URI: a bucket's name that S3 does not allow, a key of more than 1,024 bytes or
 *   with control characters
 * @example
 * ```ts
 * parseS3Location("s3://roads/in/a.mp4"); // { bucket: "roads", key: "in/a.mp4" }
 * ```
 */
export function parseS3Location(value: unknown): S3Location | undefined {
  const match = typeof value === "string" ? URI.exec(value) : null;
  if (!match) return undefined;
  const bucket = match[1]!;
  const key = match[2] ?? "";
  if (/\.\.|^\d+\.\d+\.\d+\.\d+$/.test(bucket)) return undefined;
  // Control characters only serve to confuse logs.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is refused
  if (/[\u0000-\u001f\u007f]/.test(key)) return undefined;
  return new TextEncoder().encode(key).byteLength > MOST_KEY_BYTES ? undefined : { bucket, key };
}

/** Whether a value is `s3://bucket` or `s3://bucket/key`. */
export function isS3Uri(value: unknown): value is string {
  return parseS3Location(value) !== undefined;
}
