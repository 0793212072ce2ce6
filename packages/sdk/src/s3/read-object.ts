import type { Readable } from "node:stream";
import { call } from "../aws/call.js";
import { SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { onAbort } from "../wait/on-abort.js";
import { bodyChunks, SILENCE_MS } from "./body-chunks.js";
import type { S3RequestOptions } from "./s3-object.js";
import { bucketOwner, formatS3Uri, locate } from "./s3-uri.js";

/** How an object is read. */
export interface ReadObjectOptions extends S3RequestOptions {
  /** Largest object read into memory, in bytes. Default 64 MiB: it protects the process's memory. */
  readonly maxBytes?: number;
}

/**
 * Reads a small object into memory.
 *
 * @throws SdkError when it is larger than `maxBytes`.
 * @example
 * ```ts
 * const labels = JSON.parse(Buffer.from(await readObject(session, "channels/labels.json")).toString());
 * ```
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
  const release = onAbort(signal, () => body.destroy());
  try {
    signal?.throwIfAborted();
    if ((answer.ContentLength ?? 0) > maxBytes) throw tooLarge(answer.ContentLength ?? 0);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const silent = () =>
      new SdkError(`${formatS3Uri({ bucket, key })} sent nothing for ${SILENCE_MS / 1000} s: read it again.`);
    for await (const chunk of bodyChunks(body, silent)) {
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
    release();
  }
}
