import { call, isNotFound } from "../aws/call.js";
import type { Session } from "../session.js";
import type { S3ObjectHead, S3RequestOptions } from "./s3-object.js";
import { bucketOwner, formatS3Uri, locate } from "./s3-uri.js";

/**
 * Size, ETag and metadata of an object; undefined when there is none.
 *
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * (await headObject(session, "channels/labels.json"))?.bytes; // 18
 * ```
 */
export async function headObject(
  session: Session,
  place: string,
  options: S3RequestOptions = {},
): Promise<S3ObjectHead | undefined> {
  const { bucket, key } = locate(session, place);
  try {
    const head = await call(
      session,
      "s3",
      "HeadObject",
      { Bucket: bucket, Key: key, ...bucketOwner(session) },
      { signal: options.signal, raw: options.aws },
    );
    return {
      uri: formatS3Uri({ bucket, key }),
      key,
      bytes: head.ContentLength ?? 0,
      etag: (head.ETag ?? "").replaceAll('"', ""),
      modifiedAt: head.LastModified,
      metadata: head.Metadata ?? {},
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
