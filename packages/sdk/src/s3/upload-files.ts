import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { contentTypeOf } from "@sightline/foundation/content-type";
import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import pLimit from "p-limit";
import type { RawParameters } from "../aws/merge-raw.js";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import { runLimited } from "../wait/run-limited.js";
import { deleteKeys } from "./delete-files.js";
import { digestFile } from "./file-digest.js";
import { headObject } from "./head-object.js";
import { listFiles } from "./list-files.js";
import { checkUnchanged, filesBelow, isVisible, type LocalFile, oneFile } from "./local-files.js";
import type { S3Object } from "./s3-object.js";
import { formatS3Uri, locate, type S3Location } from "./s3-uri.js";
import { uploadObject } from "./upload-object.js";

/** How files are uploaded. */
export interface UploadOptions {
  /** Files, and parts of files, at a time, from 1 to 64; each takes up to 16 MiB of memory. Default 4. */
  readonly concurrency?: number;
  /** Leave files alone whose object has the same size and checksum. Default true. */
  readonly skipUnchanged?: boolean;
  /** Delete objects under the destination that the folder does not have. Default false. */
  readonly removeOthers?: boolean;
  /** Which files to upload, by their path in the folder, "/" between the parts. Default: all but hidden ones. */
  readonly filter?: (path: string) => boolean;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of PutObject and CreateMultipartUpload, for example `{ ServerSideEncryption: "aws:kms" }`. */
  readonly aws?: RawParameters;
}

/** What happens during an upload. */
export type UploadEvent =
  | {
      readonly kind: "start";
      /** Files in all. */
      readonly files: number;
      /** Bytes in all. */
      readonly bytes: number;
    }
  | {
      readonly kind: "progress";
      /** Path of the file in its folder, "/" between the parts. */
      readonly path: string;
      /** Bytes dealt with so far, unchanged files included. */
      readonly bytes: number;
      /** Bytes of all files together. */
      readonly totalBytes: number;
    }
  | {
      readonly kind: "file";
      /** The file that is done. */
      readonly file: UploadedFile;
    };

/** A file that is in S3. */
export interface UploadedFile {
  /** Path in the folder, "/" between the parts. */
  readonly path: string;
  /** S3 URI of the object. */
  readonly uri: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** Whether it was sent, or was there already. */
  readonly status: "uploaded" | "unchanged";
}

/** What an upload did. */
export interface UploadResult {
  /** Where the files are: the folder's URI with "/" at its end, or the object's URI for a single file. */
  readonly uri: string;
  /** All files, in the order of their paths. */
  readonly files: readonly UploadedFile[];
  /** Files that were sent. */
  readonly uploadedFiles: number;
  /** Bytes of the files that were sent. */
  readonly uploadedBytes: number;
  /** Files that were there already. */
  readonly unchangedFiles: number;
  /** Objects that `removeOthers` deleted. */
  readonly removedFiles: number;
}

/** Metadata entry that recognises a file whatever the object's ETag (SSE-KMS makes it no MD5). */
const MD5_KEY = "sightline-md5";

/**
 * Uploads a folder with all below it, or one file, and skips what is there already.
 *
 * @param source folder or file
 * @param destination `s3://bucket/folder/`, or a key in the session's bucket. Default: the source's name.
 *   For a file, a destination without "/" at its end is the object's own name.
 * @throws InvalidInputError when the folder has no file. An abort, or leaving the loop over its events, leaves no
 *   half-made object.
 * @example
 * ```ts
 * const uploading = uploadFiles(session, "out/rec", "s3://drivers/channels/");
 * for await (const event of uploading) {
 *   if (event.kind === "progress") console.log(event.bytes / event.totalBytes); // 0.25
 * }
 * const { uri, unchangedFiles } = await uploading; // "s3://drivers/channels/", 0
 * ```
 */
export function uploadFiles(
  session: Session,
  source: string,
  destination?: string,
  options: UploadOptions = {},
): LongWork<UploadEvent, UploadResult> {
  return longWork((signal, tell) => upload(session, source, destination, options, signal, tell), {
    signal: options.signal,
    progress: ["progress"],
  });
}

async function upload(
  session: Session,
  source: string,
  destination: string | undefined,
  options: UploadOptions,
  signal: AbortSignal,
  tell: Tell<UploadEvent>,
): Promise<UploadResult> {
  const { concurrency = 4, skipUnchanged = true } = options;
  checkInteger("concurrency", concurrency, 1, 64);
  const root = resolve(source);
  const isFolder = (await stat(root)).isDirectory();
  const target = targetOf(session, root, isFolder, destination);
  if (options.removeOthers && target.key === "") {
    throw new InvalidInputError(
      "removeOthers",
      "used with a folder of the bucket",
      target.bucket,
      "Name a folder.",
    );
  }
  const files = isFolder ? await filesBelow(root, options.filter ?? isVisible) : [await oneFile(root)];
  if (files.length === 0) {
    throw new InvalidInputError(
      "source",
      "a file, or a folder with a file in it",
      source,
      "Nothing was uploaded.",
    );
  }
  const locationOf = (file: LocalFile): S3Location =>
    isFolder ? { bucket: target.bucket, key: target.key + file.path } : target;

  const present = await listPresent(
    session,
    target,
    isFolder,
    skipUnchanged || options.removeOthers === true,
    signal,
  );
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  await tell({ kind: "start", files: files.length, bytes: totalBytes });

  let doneBytes = 0;
  const advance = (path: string, bytes: number) => {
    doneBytes += bytes;
    void tell({ kind: "progress", path, bytes: doneBytes, totalBytes });
  };
  const uploadOne = async (file: LocalFile, stop: AbortSignal): Promise<UploadedFile> => {
    const location = locationOf(file);
    const digest = await digestFile(file.absolute, file.bytes, stop);
    const result = { path: file.path, uri: formatS3Uri(location), bytes: file.bytes };
    if (skipUnchanged && (await holds(session, present.get(location.key), file.bytes, digest, stop))) {
      advance(file.path, file.bytes);
      return { ...result, status: "unchanged" };
    }
    await uploadObject(session, {
      path: file.absolute,
      bytes: file.bytes,
      target: location,
      metadata: { [MD5_KEY]: digest.md5 },
      contentType: contentTypeOf(file.path),
      limit: partLimit,
      signal: stop,
      raw: options.aws,
      onBytes: (bytes) => advance(file.path, bytes),
    });
    await checkUnchanged(file);
    return { ...result, status: "uploaded" };
  };

  const partLimit = pLimit(concurrency);
  const done = await runLimited(files, pLimit(concurrency), signal, async (file, stop) => {
    const finished = await uploadOne(file, stop);
    await tell({ kind: "file", file: finished });
    return finished;
  });
  const uploaded = done.filter((file) => file.status === "uploaded");
  const removedFiles = options.removeOthers
    ? await removeOthers(session, target, present, new Set(files.map((file) => locationOf(file).key)), signal)
    : 0;
  return {
    uri: formatS3Uri(target),
    files: done,
    uploadedFiles: uploaded.length,
    uploadedBytes: uploaded.reduce((sum, file) => sum + file.bytes, 0),
    unchangedFiles: done.length - uploaded.length,
    removedFiles,
  };
}

function targetOf(
  session: Session,
  root: string,
  isFolder: boolean,
  destination: string | undefined,
): S3Location {
  const target = locate(
    session,
    destination ?? (isFolder ? `${basename(root)}/` : basename(root)),
    "destination",
  );
  if (isFolder)
    return target.key === "" || target.key.endsWith("/") ? target : { ...target, key: `${target.key}/` };
  return target.key === "" || target.key.endsWith("/")
    ? { ...target, key: target.key + basename(root) }
    : target;
}

async function listPresent(
  session: Session,
  target: S3Location,
  isFolder: boolean,
  wanted: boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, S3Object>> {
  const present = new Map<string, S3Object>();
  if (!wanted) return present;
  if (!isFolder) {
    const object = await headObject(session, formatS3Uri(target), { signal });
    if (object !== undefined) present.set(object.key, object);
    return present;
  }
  for await (const object of listFiles(session, formatS3Uri(target), { signal }))
    present.set(object.key, object);
  return present;
}

async function holds(
  session: Session,
  object: S3Object | undefined,
  bytes: number,
  digest: { readonly md5: string; readonly etag: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (object === undefined || object.bytes !== bytes) return false;
  if (object.etag === digest.etag || object.etag === digest.md5) return true;
  const head = await headObject(session, object.uri, { signal });
  return head?.metadata[MD5_KEY] === digest.md5;
}

async function removeOthers(
  session: Session,
  target: S3Location,
  present: ReadonlyMap<string, S3Object>,
  keep: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<number> {
  const others = [...present.keys()].filter((key) => !keep.has(key));
  return deleteKeys(session, target.bucket, others, { signal });
}
