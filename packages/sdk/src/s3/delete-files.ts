import { call } from "../aws/call.js";
import { InvalidInputError, SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { headObject } from "./head-object.js";
import { listFiles } from "./list-files.js";
import type { S3RequestOptions } from "./s3-object.js";
import { bucketOwner, formatS3Uri, locate } from "./s3-uri.js";

/**
 * Deletes the object of that name, or, when `place` ends in "/", everything in that folder. Returns how many
 * objects there were.
 *
 * @throws InvalidInputError for a whole bucket; SdkError that names the first object that was not deleted
 * @example
 * ```ts
 * await deleteFiles(session, "s3://roads/out/"); // 2
 * ```
 */
export async function deleteFiles(
  session: Session,
  place: string,
  options: S3RequestOptions = {},
): Promise<number> {
  const { bucket, key } = locate(session, place);
  if (key === "") {
    throw new InvalidInputError(
      "place",
      "a key or a folder, not a whole bucket",
      place,
      "Name what to delete.",
    );
  }
  if (!key.endsWith("/")) {
    const found = await headObject(session, place, { signal: options.signal });
    return found === undefined ? 0 : deleteKeys(session, bucket, [key], options);
  }
  let count = 0;
  let batch: string[] = [];
  for await (const file of listFiles(session, formatS3Uri({ bucket, key }), { signal: options.signal })) {
    batch.push(file.key);
    if (batch.length < MOST_KEYS) continue;
    count += await deleteKeys(session, bucket, batch, options);
    batch = [];
  }
  return count + (await deleteKeys(session, bucket, batch, options));
}

/** DeleteObjects takes 1,000 keys. */
const MOST_KEYS = 1000;

/** Deletes exactly these keys. */
export async function deleteKeys(
  session: Session,
  bucket: string,
  keys: readonly string[],
  options: S3RequestOptions = {},
): Promise<number> {
  for (let start = 0; start < keys.length; start += MOST_KEYS) {
    const Objects = keys.slice(start, start + MOST_KEYS).map((Key) => ({ Key }));
    const answer = await call(
      session,
      "s3",
      "DeleteObjects",
      { Bucket: bucket, Delete: { Objects, Quiet: true }, ...bucketOwner(session) },
      { signal: options.signal, raw: options.aws },
    );
    const failed = answer.Errors?.[0];
    if (failed !== undefined) {
      throw new SdkError(
        `${answer.Errors?.length} of ${Objects.length} objects were not deleted; the first is ` +
          `s3://${bucket}/${failed.Key}: ${failed.Code} ${failed.Message}`,
      );
    }
  }
  return keys.length;
}
