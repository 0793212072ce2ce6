import { call, isNotFound, type RawParameters } from "../aws/call.js";
import type { Session } from "../session.js";
import { bucketOwner, formatS3Uri, locate } from "./s3-uri.js";

/** One object of a bucket. */
export interface S3Object {
  readonly uri: string;
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: Date | undefined;
}

export interface S3RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Raw parameters of the S3 request. */
  readonly aws?: RawParameters | undefined;
}

/** Lists all objects whose key begins with that of `place`, in key order, page by page. */
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

/** Size, ETag and metadata of an object; undefined when there is none. */
export async function headObject(
  session: Session,
  place: string,
  options: S3RequestOptions = {},
): Promise<(S3Object & { readonly metadata: Readonly<Record<string, string>> }) | undefined> {
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
