import { type FileHandle, open } from "node:fs/promises";
import type { LimitFunction } from "p-limit";
import { call, isNotFound } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { runLimited } from "../wait/run-limited.js";
import { headObject } from "./head-object.js";
import { isMultipart, MOST_OBJECT_BYTES, partSize } from "./parts.js";
import { bucketOwner, formatS3Uri, type S3Location } from "./s3-uri.js";

export interface UploadObjectOptions {
  readonly path: string;
  readonly bytes: number;
  readonly target: S3Location;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  /** Shared by all files of an upload: it bounds what is in memory at a time. */
  readonly limit: LimitFunction;
  readonly signal: AbortSignal | undefined;
  readonly raw: RawParameters | undefined;
  /** Called with the bytes of each part that has arrived. */
  readonly onBytes: (bytes: number) => void;
}

/** A part on a line of 100 kB/s still gets through; a dead one does not hold the upload for ever. */
const timeoutFor = (bytes: number) => 120_000 + bytes / 100;

/**
 * Uploads one file: in one request, or in parts, each read from the file when its turn comes (memory: part
 * size x concurrency). A broken upload is aborted, so that S3 keeps no orphaned parts.
 */
export async function uploadObject(session: Session, options: UploadObjectOptions): Promise<void> {
  const { path, bytes, target, signal } = options;
  if (bytes > MOST_OBJECT_BYTES) {
    throw new SdkError(`${path} has ${bytes} bytes; an S3 object takes at most 5 TiB. Split the file.`);
  }
  const place = { Bucket: target.bucket, Key: target.key, ...bucketOwner(session) };
  const about = {
    Metadata: { ...options.metadata },
    ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
  };
  const file = await open(path, "r");
  try {
    if (!isMultipart(bytes)) {
      await options.limit(async () => {
        signal?.throwIfAborted();
        const Body = await readRange(file, path, 0, bytes);
        await call(
          session,
          "s3",
          "PutObject",
          { ...place, ...about, Body },
          {
            signal,
            raw: options.raw,
            timeoutMs: timeoutFor(bytes),
          },
        );
        options.onBytes(bytes);
      });
      return;
    }
    await uploadParts(session, file, place, about, options);
  } finally {
    await file.close();
  }
}

async function uploadParts(
  session: Session,
  file: FileHandle,
  place: { Bucket: string; Key: string },
  about: { Metadata: Record<string, string>; ContentType?: string },
  options: UploadObjectOptions,
): Promise<void> {
  const { path, bytes, signal, raw } = options;
  const { UploadId } = await call(
    session,
    "s3",
    "CreateMultipartUpload",
    { ...place, ...about },
    { signal, raw },
  );
  const size = partSize(bytes);
  const sendPart = async (number: number, stop: AbortSignal) => {
    const offset = (number - 1) * size;
    const length = Math.min(size, bytes - offset);
    const Body = await readRange(file, path, offset, length);
    const part = { ...place, UploadId, PartNumber: number, Body };
    const { ETag } = await call(session, "s3", "UploadPart", part, {
      signal: stop,
      timeoutMs: timeoutFor(length),
    });
    options.onBytes(length);
    return { PartNumber: number, ETag };
  };
  try {
    const numbers = Array.from({ length: Math.ceil(bytes / size) }, (_, index) => index + 1);
    const Parts = await runLimited(numbers, options.limit, signal, sendPart);
    const request = { ...place, UploadId, MultipartUpload: { Parts } };
    await call(session, "s3", "CompleteMultipartUpload", request, { signal });
  } catch (error) {
    if (isNotFound(error) && (await isThere(session, options))) return;
    // Without the caller's signal: it may be what brought us here.
    await call(session, "s3", "AbortMultipartUpload", { ...place, UploadId }).catch((cleanUp: unknown) => {
      session.logger?.warn(`The parts of s3://${place.Bucket}/${place.Key} could not be removed: ${cleanUp}`);
    });
    throw error;
  }
}

/** A completion whose answer was lost, sent again, finds no upload any more: the object tells. */
async function isThere(session: Session, options: UploadObjectOptions): Promise<boolean> {
  const { target, bytes, metadata, signal } = options;
  const head = await headObject(session, formatS3Uri(target), { signal });
  const same = Object.entries(metadata).every(([name, value]) => head?.metadata[name] === value);
  return head?.bytes === bytes && same;
}

async function readRange(file: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) {
      throw new SdkError(
        `${path} became shorter while it was uploaded. Upload it again when it is complete.`,
      );
    }
    done += bytesRead;
  }
  return buffer;
}
