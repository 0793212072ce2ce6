import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3 } from "@aws-sdk/client-s3";
import { AwsError } from "../errors.js";
import type { Objects, S3Location, S3Object } from "../objects/objects.js";

/** The objects of an emulator's S3. */
export function emulatorObjects(s3: S3): Objects {
  return {
    hasBucket: async (name) => (await unlessMissing(s3.headBucket({ Bucket: name }))) !== undefined,
    async find(location) {
      const { bucket: Bucket, key: Key } = location;
      const head = await unlessMissing(s3.headObject({ Bucket, Key }));
      return head === undefined ? undefined : objectOf(s3, location, head.ContentLength ?? 0, head.ETag);
    },
    async list({ bucket, key: prefix }) {
      const found: S3Object[] = [];
      for (let token: string | undefined; ; ) {
        const page = await unlessMissing(
          s3.listObjectsV2({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        );
        for (const { Key: key = "", Size: size = 0, ETag: etag } of page?.Contents ?? []) {
          found.push(objectOf(s3, { bucket, key }, size, etag));
        }
        token = page?.NextContinuationToken;
        if (token === undefined) return found;
      }
    },
    async put({ bucket: Bucket, key: Key }, content, ContentType = "binary/octet-stream") {
      const body =
        content instanceof Uint8Array
          ? { Body: content }
          : { Body: createReadStream(content.path), ContentLength: (await stat(content.path)).size };
      await asAwsErrors(s3.putObject({ Bucket, Key, ContentType, ...body }));
    },
  };
}

/** One that was overwritten since it was seen is an error: half of it must not be joined to another's half. */
function objectOf(s3: S3, location: S3Location, size: number, etag: string | undefined): S3Object {
  const { bucket: Bucket, key: Key } = location;
  const open = async (signal?: AbortSignal): Promise<Readable> => {
    const options = signal === undefined ? {} : { abortSignal: signal };
    const { Body } = await asAwsErrors(s3.getObject({ Bucket, Key, IfMatch: etag }, options));
    return Body as Readable;
  };
  return {
    key: Key,
    size,
    async *read() {
      yield* (await open()) as AsyncIterable<Uint8Array>;
    },
    async saveAs(file, signal) {
      await pipeline(await open(signal), createWriteStream(file), signal === undefined ? {} : { signal });
    },
    // `IfMatch` sees to it: an object that changed is refused, not mixed.
    hold: () => () => undefined,
  };
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await asAwsErrors(answer);
  } catch (error) {
    if (error instanceof AwsError && error.status === 404) return undefined;
    throw error;
  }
}

/** What an emulator refuses, and what is not reached, as an error of ours: callers tell their users what it says. */
async function asAwsErrors<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof DOMException || (cause as Error).name === "AbortError") throw cause;
    const { name, message, $metadata } = cause as Error & { $metadata?: { httpStatusCode?: number } };
    throw new AwsError(name, message || name, $metadata?.httpStatusCode ?? 503, { cause });
  }
}
