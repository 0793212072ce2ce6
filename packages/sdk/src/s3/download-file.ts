import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { namedError } from "@sightline/foundation/named-error";
import { temporaryName } from "@sightline/foundation/temporary-name";
import { call, isTransient } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { checkInteger } from "../checks/numbers.js";
import { AwsRequestError, InvalidInputError, SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { backoffMs } from "../wait/backoff.js";
import { onAbort } from "../wait/on-abort.js";
import { pause } from "../wait/pause.js";
import { bodyChunks, SILENCE_MS } from "./body-chunks.js";
import { bucketOwner, formatS3Uri, locate, type S3Location } from "./s3-uri.js";

/** How files are downloaded. */
export interface DownloadOptions {
  /** Largest file to write, in bytes; protects the disk. Default: no limit. */
  readonly maxBytes?: number;
  /** Attempts of a transfer that breaks off; each goes on where the last one ended. Default 4. */
  readonly maxAttempts?: number;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of GetObject, for example `{ VersionId: "..." }`. */
  readonly aws?: RawParameters;
}

/** What happens during a download. */
export type DownloadEvent = {
  readonly kind: "progress";
  /** S3 URI of the object. */
  readonly uri: string;
  /** Bytes written so far. */
  readonly bytes: number;
  /** Undefined until the first answer. */
  readonly totalBytes: number | undefined;
};

/** A file that was downloaded. */
export interface DownloadedFile {
  /** Absolute path of the file. */
  readonly path: string;
  /** S3 URI of the object. */
  readonly uri: string;
  /** Length in bytes. */
  readonly bytes: number;
}

/**
 * Downloads one object. The file appears under its name when complete; an interrupted transfer goes on at
 * the byte it had reached, unless the object has changed meanwhile, which is an error.
 *
 * @param path file, or folder when it ends in "/". Default: the object's own name, here.
 * @throws SdkError when the object is larger than `maxBytes` or shorter than announced.
 * @example
 * ```ts
 * const { path, bytes } = await downloadFile(session, "s3://roads/out/a_output.mp4", "out/");
 * ```
 */
export function downloadFile(
  session: Session,
  uri: string,
  path?: string,
  options: DownloadOptions = {},
): LongWork<DownloadEvent, DownloadedFile> {
  return longWork((signal, tell) => download(session, uri, path, options, signal, tell), {
    signal: options.signal,
    progress: ["progress"],
  });
}

/** As downloadFile(), within other work. */
export async function download(
  session: Session,
  uri: string,
  path: string | undefined,
  options: DownloadOptions,
  signal: AbortSignal,
  tell: Tell<DownloadEvent>,
): Promise<DownloadedFile> {
  const { maxAttempts = 4 } = options;
  checkInteger("maxAttempts", maxAttempts, 1, 100);
  const location = locate(session, uri);
  if (location.key === "" || location.key.endsWith("/")) {
    throw new InvalidInputError("uri", "the URI of an object", uri, "Use downloadFolder() for a folder.");
  }
  const name = basename(location.key);
  const target = resolve(path === undefined ? name : /[/\\]$/.test(path) ? join(path, name) : path);
  await mkdir(dirname(target), { recursive: true });
  const partial = temporaryName(target);
  const file = await open(partial, "wx");
  let finished = false;
  try {
    const state: Transfer = { bytes: 0, etag: undefined, totalBytes: undefined };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await transfer(session, location, file, state, options, signal, tell);
        break;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (attempt >= maxAttempts || !isWorthAnother(error)) throw error;
        session.logger?.warn(`Download of ${uri} broke off at byte ${state.bytes} (${error}); going on.`);
        await pause(backoffMs(attempt, 250, 5_000), signal);
      }
    }
    await file.close();
    await rename(partial, target);
    finished = true;
    return { path: target, uri: formatS3Uri(location), bytes: state.bytes };
  } finally {
    if (!finished) {
      await file.close();
      await rm(partial, { force: true });
    }
  }
}

interface Transfer {
  bytes: number;
  etag: string | undefined;
  totalBytes: number | undefined;
}

async function transfer(
  session: Session,
  location: S3Location,
  file: Awaited<ReturnType<typeof open>>,
  state: Transfer,
  options: DownloadOptions,
  signal: AbortSignal,
  tell: Tell<DownloadEvent>,
): Promise<void> {
  const { maxBytes = Number.POSITIVE_INFINITY } = options;
  const uri = formatS3Uri(location);
  const rest = state.bytes > 0 ? { Range: `bytes=${state.bytes}-`, IfMatch: state.etag } : {};
  const answer = await call(
    session,
    "s3",
    "GetObject",
    { Bucket: location.bucket, Key: location.key, ...rest, ...bucketOwner(session) },
    { signal, raw: options.aws },
  );
  const body = answer.Body as unknown as Readable;
  const release = onAbort(signal, () => body.destroy());
  try {
    signal.throwIfAborted();
    state.etag = answer.ETag;
    state.totalBytes = state.bytes + (answer.ContentLength ?? 0);
    if (state.totalBytes > maxBytes) {
      throw new SdkError(`${uri} has ${state.totalBytes} bytes, above maxBytes (${maxBytes}).`);
    }
    const silent = () =>
      new BrokenTransfer(`${uri} sent nothing for ${SILENCE_MS / 1000} s after byte ${state.bytes}.`);
    for await (const chunk of bodyChunks(body, silent)) {
      await file.write(chunk, 0, chunk.length, state.bytes);
      state.bytes += chunk.length;
      if (state.bytes > maxBytes) throw new SdkError(`${uri} grew above maxBytes (${maxBytes}).`);
      await tell({ kind: "progress", uri, bytes: state.bytes, totalBytes: state.totalBytes });
    }
    signal.throwIfAborted();
    if (state.bytes < state.totalBytes) {
      throw new BrokenTransfer(`${uri} ended at byte ${state.bytes} of ${state.totalBytes}.`);
    }
  } finally {
    release();
    body.destroy();
  }
}

class BrokenTransfer extends namedError("BrokenTransfer", SdkError) {}

function isWorthAnother(error: unknown): boolean {
  if (error instanceof BrokenTransfer || isTransient(error)) return true;
  // The body's own stream errors are Node's: a reset socket, a premature end.
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  return (
    !(error instanceof AwsRequestError) &&
    /^(ECONNRESET|ETIMEDOUT|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)
  );
}
