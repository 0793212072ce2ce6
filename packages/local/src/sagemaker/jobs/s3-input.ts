import { mkdir } from "node:fs/promises";
import { AwsError } from "../../errors.js";
import type { StoredObject } from "../../s3/object.js";
import type { ObjectStore } from "../../s3/object-store.js";
import { downloadObject, objectsBelow, parseS3Uri, relativePath } from "../../s3/transfer.js";

/** Where a job's input lies: members that channels, processing inputs and transform inputs share. */
export interface S3Source {
  readonly S3DataType: string;
  readonly S3Uri: string;
  readonly S3DataDistributionType?: string;
}

/** An object of an input and the file that it becomes. */
export interface InputFile {
  readonly object: StoredObject;
  /** Below the input's folder, with `/`. */
  readonly relative: string;
}

/** Lists what an input holds. @throws AwsError ValidationException when that is nothing */
export async function listInput(
  store: ObjectStore,
  source: S3Source,
  roleArn: string,
): Promise<readonly InputFile[]> {
  const location = parseS3Uri(source.S3Uri);
  const files =
    source.S3DataType === "ManifestFile"
      ? await listManifest(store, source.S3Uri)
      : objectsBelow(store, location)
          // A key that ends in a slash is a folder marker of a console, not a file.
          .filter((object) => !object.key.endsWith("/"))
          .map((object) => ({ object, relative: relativePath(location.key, object.key) }));
  if (files.length > 0) return files;
  throw new AwsError(
    "ValidationException",
    `No S3 objects found under S3 URL "${source.S3Uri}" given in input data source. Please ensure that the bucket exists in the selected region, that objects exist under that S3 prefix, and that the role "${roleArn}" has "s3:ListBucket" permissions on bucket "${location.bucket}".`,
  );
}

/** A manifest is `[{"prefix": "s3://..."}, "relative/key", ...]`. */
async function listManifest(store: ObjectStore, uri: string): Promise<InputFile[]> {
  const location = parseS3Uri(uri);
  const manifest = store.buckets.get(location.bucket)?.objects.get(location.key);
  if (manifest === undefined) return [];
  const { prefix: prefixUri, names } = readManifest(await readText(store, manifest), uri);
  const prefix = parseS3Uri(prefixUri);
  return names.map((name) => {
    const object = store.buckets.get(prefix.bucket)?.objects.get(prefix.key + name);
    if (object === undefined) {
      throw new AwsError(
        "ValidationException",
        `The manifest ${uri} names ${prefixUri}${name}, which does not exist.`,
      );
    }
    return { object, relative: name };
  });
}

function readManifest(text: string, uri: string): { prefix: string; names: readonly string[] } {
  const broken = (cause?: unknown) =>
    new AwsError(
      "ValidationException",
      `The manifest ${uri} must be a JSON array of {"prefix": "s3://..."} and relative keys.`,
      400,
      { cause },
    );
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (cause) {
    throw broken(cause);
  }
  const [head, ...names] = Array.isArray(entries) ? entries : [];
  if (typeof head?.prefix !== "string" || names.some((name) => typeof name !== "string")) throw broken();
  return { prefix: head.prefix, names };
}

async function readText(store: ObjectStore, object: StoredObject): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of store.segments.read(object.segments, 0, object.size)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** The S3 source of an input. @throws AwsError ValidationException for an input that has none */
export function requireSource<Source extends S3Source>(source: Source | undefined, name: string): Source {
  if (source !== undefined) return source;
  throw new AwsError(
    "ValidationException",
    `The local SageMaker does not implement a data source other than S3 (input "${name}").`,
  );
}

/** Downloads an input into a folder, or one host's share of it where it is sharded. */
export async function downloadInput(
  store: ObjectStore,
  source: S3Source,
  roleArn: string,
  folder: string,
  host: { readonly index: number; readonly count: number },
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { object, relative } of await listShare(store, source, roleArn, host)) {
    signal.throwIfAborted();
    await downloadObject(store, object, folder, relative, signal);
  }
}

/** What one host gets of an input: all of it, or every so many keys where it is sharded. */
export async function listShare(
  store: ObjectStore,
  source: S3Source,
  roleArn: string,
  host: { readonly index: number; readonly count: number },
): Promise<readonly InputFile[]> {
  const files = await listInput(store, source, roleArn);
  const sharded = source.S3DataDistributionType === "ShardedByS3Key";
  return sharded ? files.filter((_, index) => index % host.count === host.index) : files;
}
