import type { Readable } from "node:stream";
import { call, isNotFound, type RawParameters } from "../aws/call.js";
import { InvalidInputError, SdkError } from "../errors.js";
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

export interface ReadObjectOptions extends S3RequestOptions {
  /** Largest object read into memory, in bytes. Default 64 MiB: it protects the process's memory. */
  readonly maxBytes?: number;
}

/**
 * Reads a small object into memory.
 *
 * @throws SdkError when it is larger than `maxBytes`.
 */
export async function readObject(
  session: Session,
  place: string,
  options: ReadObjectOptions = {},
): Promise<Uint8Array> {
  const { signal, aws, maxBytes = 64 * 1024 * 1024 } = options;
  const { bucket, key } = locate(session, place);
  const answer = await call(
    session,
    "s3",
    "GetObject",
    { Bucket: bucket, Key: key, ...bucketOwner(session) },
    { signal, raw: aws },
  );
  const body = answer.Body as unknown as Readable;
  const tooLarge = (bytes: number) =>
    new SdkError(
      `${formatS3Uri({ bucket, key })} has ${bytes} bytes or more, above maxBytes (${maxBytes}): use downloadFile().`,
    );
  const onAbort = () => body.destroy(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if ((answer.ContentLength ?? 0) > maxBytes) throw tooLarge(answer.ContentLength ?? 0);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(bytes);
      chunks.push(chunk);
    }
    return new Uint8Array(Buffer.concat(chunks));
  } catch (error) {
    body.destroy();
    if (signal?.aborted) throw signal.reason;
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

export interface WriteObjectOptions extends S3RequestOptions {
  /** Default `application/json` for a string that begins with a brace or bracket, else by no type. */
  readonly contentType?: string;
}

/** Writes a small object from memory. Returns its URI. */
export async function writeObject(
  session: Session,
  place: string,
  content: Uint8Array | string,
  options: WriteObjectOptions = {},
): Promise<string> {
  const { bucket, key } = locate(session, place);
  if (key === "" || key.endsWith("/")) {
    throw new InvalidInputError("place", "the name of an object, not of a folder", place, "Add a file name.");
  }
  const json = typeof content === "string" && /^\s*[{[]/.test(content) ? "application/json" : undefined;
  const contentType = options.contentType ?? json;
  await call(
    session,
    "s3",
    "PutObject",
    {
      Bucket: bucket,
      Key: key,
      Body: content,
      ...(contentType === undefined ? {} : { ContentType: contentType }),
      ...bucketOwner(session),
    },
    { signal: options.signal, raw: options.aws },
  );
  return formatS3Uri({ bucket, key });
}

/**
 * Deletes the object of that name, or, when `place` ends in "/", everything in that folder. Returns how many
 * objects there were.
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
