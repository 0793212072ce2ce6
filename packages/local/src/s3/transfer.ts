import { createReadStream } from "node:fs";
import { copyFile, mkdir, open } from "node:fs/promises";
import path from "node:path";
import { AwsError } from "../errors.js";
import { Digests } from "../wire/checksum.js";
import type { StoredObject } from "./object.js";
import type { ObjectStore } from "./object-store.js";

/** A place in S3. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** Reads `s3://bucket/key`. @throws AwsError ValidationException */
export function parseS3Uri(uri: string): S3Location {
  const match = /^(?:https|s3):\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (match === null)
    throw new AwsError("ValidationException", `"${uri}" is not an S3 URI of the form s3://bucket/key.`);
  return { bucket: match[1]!, key: match[2]! };
}

/** Objects whose keys begin with a prefix, in key order. */
export function objectsBelow(store: ObjectStore, { bucket, key }: S3Location): StoredObject[] {
  const holder = store.buckets.get(bucket);
  if (holder === undefined) return [];
  return [...holder.list({ prefix: key, delimiter: "", after: "", max: Number.POSITIVE_INFINITY }).items];
}

/** Path of a downloaded object below its channel: what follows the prefix's last slash, or the prefix. */
export function relativePath(prefix: string, key: string): string {
  const rest = key.slice(prefix.length);
  if (prefix === "" || prefix.endsWith("/") || rest.startsWith("/")) return rest.replace(/^\/+/, "");
  return key.slice(prefix.lastIndexOf("/") + 1);
}

/**
 * Writes an object to a file, making its folder.
 *
 * @throws AwsError ValidationException when the path would leave the folder
 */
export async function downloadObject(
  store: ObjectStore,
  object: StoredObject,
  folder: string,
  relative: string,
  signal?: AbortSignal,
): Promise<void> {
  const target = path.resolve(folder, relative);
  if (target !== path.resolve(folder) && !target.startsWith(path.resolve(folder) + path.sep)) {
    throw new AwsError(
      "ValidationException",
      `The key "${object.key}" does not name a file below its channel.`,
    );
  }
  await mkdir(path.dirname(target), { recursive: true });
  const release = store.segments.retain(object.segments);
  try {
    const [only] = object.segments;
    if (object.segments.length === 1) {
      await copyFile(store.segments.pathOf(only!.id), target);
      return;
    }
    const file = await open(target, "w");
    try {
      for await (const piece of store.segments.read(object.segments, 0, object.size)) {
        signal?.throwIfAborted();
        await file.writeFile(piece);
      }
    } finally {
      await file.close();
    }
  } finally {
    release();
  }
}

/** Puts bytes or a file into S3, as a service of AWS's does on its user's behalf. */
export async function putInS3(
  store: ObjectStore,
  { bucket, key }: S3Location,
  content: Uint8Array | { readonly path: string },
  contentType = "binary/octet-stream",
): Promise<StoredObject> {
  const holder = store.bucket(bucket);
  const digests = new Digests(["md5"]);
  const pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array> =
    content instanceof Uint8Array ? [content] : createReadStream(content.path, { highWaterMark: 1 << 18 });
  const segment = await store.segments.write(async (writer) => {
    for await (const piece of pieces) {
      digests.update(piece);
      writer.add(piece);
      await writer.drain();
    }
  });
  const object: StoredObject = {
    key,
    size: segment.size,
    etag: digests.of("md5").toString("hex"),
    lastModified: Date.now(),
    headers: { "content-type": contentType },
    metadata: {},
    segments: [segment],
  };
  try {
    store.commit(holder, object, "ObjectCreated:Put");
  } catch (error) {
    store.segments.remove(object.segments);
    throw error;
  }
  return object;
}
