const MiB = 1024 * 1024;

/** S3's limit on the parts of one object. */
const MOST_PARTS = 10_000;
/** S3's limit on one object. */
export const MOST_OBJECT_BYTES = 5 * 1024 * 1024 * MiB;
/** Below this a file goes in one request. */
const SINGLE_REQUEST_BYTES = 16 * MiB;

/**
 * The size of the parts of an upload of `bytes` bytes, in bytes: 8 MiB, growing in whole MiB once a file
 * would need more than 10,000 of them (S3's limit; 8 MiB parts end at 78 GiB). Depends on nothing but
 * the size, so that an ETag can be computed again later.
 */
export function partSize(bytes: number): number {
  if (bytes <= SINGLE_REQUEST_BYTES) return SINGLE_REQUEST_BYTES;
  return Math.max(8 * MiB, Math.ceil(bytes / MOST_PARTS / MiB) * MiB);
}

/** True when a file of that size goes up in parts. */
export function isMultipart(bytes: number): boolean {
  return bytes > SINGLE_REQUEST_BYTES;
}
