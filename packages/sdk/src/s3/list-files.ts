import { call } from "../aws/call.js";
import type { Session } from "../session.js";
import type { S3Object, S3RequestOptions } from "./s3-object.js";
import { bucketOwner, formatS3Uri, locate } from "./s3-uri.js";

/**
 * Lists all objects whose key begins with that of `place`, in key order, page by page.
 *
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * for await (const { key, bytes } of listFiles(session, "channels/")) console.log(key, bytes);
 * ```
 */
export async function* listFiles(
  session: Session,
  place: string,
  options: S3RequestOptions = {},
): AsyncGenerator<S3Object, void, undefined> {
  const { bucket, key: prefix } = locate(session, place);
  let token: string | undefined;
  do {
    const page = await call(
      session,
      "s3",
      "ListObjectsV2",
      { Bucket: bucket, Prefix: prefix, ContinuationToken: token, ...bucketOwner(session) },
      { signal: options.signal, raw: options.aws },
    );
    for (const { Key: key = "", Size: bytes = 0, ETag = "", LastModified } of page.Contents ?? []) {
      yield {
        uri: formatS3Uri({ bucket, key }),
        key,
        bytes,
        etag: ETag.replaceAll('"', ""),
        modifiedAt: LastModified,
      };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
