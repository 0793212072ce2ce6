import { createReadStream, createWriteStream } from "node:fs";
import { stat, utimes } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3Client as Client } from "@aws-sdk/client-s3";
import type { S3Location } from "@sightline/contract/s3-location";
import { messageOf } from "../shared/errors.js";
import { RequestError } from "./request-error.js";
import { formatS3 } from "./s3-location.js";

/** Objects in S3, as files. */
export interface ObjectStore {
  /**
   * Downloads an object; the file gets its time as well. Throws `RequestError` when it is missing, forbidden or larger than
   * `maxBytes`.
   */
  download(from: S3Location, path: string, maxBytes: number, signal: AbortSignal): Promise<void>;
  /** Uploads a file in parts; an abort leaves no parts behind. */
  upload(path: string, to: S3Location, contentType: string, signal: AbortSignal): Promise<void>;
  /** Writes a small object of JSON. */
  write(value: object, to: S3Location, signal: AbortSignal): Promise<void>;
  /** Reads one; undefined where there is none, or none that may be seen. */
  read(from: S3Location, signal: AbortSignal): Promise<unknown>;
  /** Removes objects of one bucket; of one that is not there nothing is said. */
  remove(objects: readonly S3Location[], signal: AbortSignal): Promise<void>;
}

/** A store that loads the AWS client when it is first used; region, credentials and endpoint come from the environment. */
export function s3Store(expectedBucketOwner?: string): ObjectStore {
  let client: Promise<Client> | undefined;
  const owner = expectedBucketOwner ? { ExpectedBucketOwner: expectedBucketOwner } : {};
  const connect = (): Promise<Client> => {
    client ??= openClient();
    return client;
  };
  return {
    async download(from, path, maxBytes, signal) {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      try {
        const command = new GetObjectCommand({ Bucket: from.bucket, Key: from.key, ...owner });
        const answer = await (await connect()).send(command, { abortSignal: signal });
        const { Body, ContentLength = 0, LastModified } = answer;
        if (ContentLength > maxBytes) throw objectTooLarge(from, maxBytes);
        await pipeline(Body as Readable, limit(from, maxBytes), createWriteStream(path), { signal });
        if (LastModified) await utimes(path, LastModified, LastModified);
      } catch (cause) {
        throw explain(cause, "read", from, signal);
      }
    },
    async upload(path, to, contentType, signal) {
      const { Upload } = await import("@aws-sdk/lib-storage");
      const { size } = await stat(path);
      // 10,000 parts at most, 5 MiB each at least.
      const partSize = Math.max(8 * 2 ** 20, Math.ceil(size / 9000));
      const upload = new Upload({
        client: await connect(),
        params: {
          Bucket: to.bucket,
          Key: to.key,
          Body: createReadStream(path),
          ContentType: contentType,
          ...owner,
        },
        partSize,
        queueSize: 4,
      });
      const stop = (): void => void upload.abort();
      signal.addEventListener("abort", stop, { once: true });
      try {
        signal.throwIfAborted();
        await upload.done();
      } catch (cause) {
        throw explain(cause, "written", to, signal);
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
    async write(value, to, signal) {
      const { PutObjectCommand } = await import("@aws-sdk/client-s3");
      const Body = JSON.stringify(value);
      const command = new PutObjectCommand({
        ...{ Bucket: to.bucket, Key: to.key, Body, ContentType: "application/json" },
        ...owner,
      });
      try {
        await (await connect()).send(command, { abortSignal: signal });
      } catch (cause) {
        throw explain(cause, "written", to, signal);
      }
    },
    async read(from, signal) {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const command = new GetObjectCommand({ Bucket: from.bucket, Key: from.key, ...owner });
      try {
        const { Body } = await (await connect()).send(command, { abortSignal: signal });
        return JSON.parse(await Body!.transformToString());
      } catch (cause) {
        const problem = explain(cause, "read", from, signal);
        // S3 says 403 of what is not there to a role that may not list the bucket.
        if (problem instanceof RequestError && [403, 404].includes(problem.status)) return undefined;
        throw problem;
      }
    },
    async remove(objects, signal) {
      const { DeleteObjectsCommand } = await import("@aws-sdk/client-s3");
      for (let at = 0; at < objects.length; at += MOST_REMOVED) {
        const part = objects.slice(at, at + MOST_REMOVED);
        const [first] = part as [S3Location];
        const Delete = { Quiet: true, Objects: part.map(({ key }) => ({ Key: key })) };
        const command = new DeleteObjectsCommand({ Bucket: first.bucket, Delete, ...owner });
        try {
          const { Errors } = await (await connect()).send(command, { abortSignal: signal });
          if (Errors?.[0]) throw new Error(`${Errors[0].Key}: ${Errors[0].Code}`);
        } catch (cause) {
          throw explain(cause, "removed", first, signal);
        }
      }
    },
  };
}

/** S3 takes no more in one DeleteObjects. */
const MOST_REMOVED = 1000;

async function openClient(): Promise<Client> {
  // The SDK tells Node 20 users to upgrade, on every start; a container's log is not the place.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { S3Client } = await import("@aws-sdk/client-s3");
  // Another endpoint than AWS (a local one) has no host name for each bucket.
  return new S3Client(
    process.env.AWS_ENDPOINT_URL || process.env.AWS_ENDPOINT_URL_S3 ? { forcePathStyle: true } : {},
  );
}

function limit(from: S3Location, maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.byteLength;
      done(size > maxBytes ? objectTooLarge(from, maxBytes) : null, chunk);
    },
  });
}

function objectTooLarge(from: S3Location, maxBytes: number): RequestError {
  return new RequestError(
    413,
    "VideoTooLarge",
    `${formatS3(from)} is larger than the limit of ${maxBytes} bytes.`,
  );
}

function explain(cause: unknown, verb: string, location: S3Location, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof RequestError) return cause;
  const { name = "", $metadata } = cause as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const what = `${formatS3(location)} cannot be ${verb}`;
  if (name === "NoSuchKey" || name === "NoSuchBucket" || status === 404) {
    return new RequestError(404, name || "NotFound", `${what}: it does not exist.`, { cause });
  }
  if (status === 403) {
    return new RequestError(
      403,
      "AccessDenied",
      `${what}: the endpoint's role is not allowed to (${messageOf(cause)}).`,
      { cause },
    );
  }
  return new RequestError(502, "S3Failed", `${what}: ${messageOf(cause)}.`, { cause });
}
