import { mkdir } from "node:fs/promises";
import { AwsError } from "../../errors.js";
import { type Objects, parseS3Uri, type S3Object } from "../../objects/objects.js";
import { downloadObject, relativePath } from "../../objects/transfer.js";

/** Where a job's input lies: members that channels, processing inputs and transform inputs share. */
export interface S3Source {
  readonly S3DataType: string;
  readonly S3Uri: string;
  readonly S3DataDistributionType?: string;
}

/** An object of an input and the file that it becomes. */
export interface InputFile {
  readonly object: S3Object;
  /** Below the input's folder, with `/`. */
  readonly relative: string;
}

/** Lists what an input holds. @throws AwsError ValidationException when that is nothing */
export async function listInput(
  objects: Objects,
  source: S3Source,
  roleArn: string,
): Promise<readonly InputFile[]> {
  const location = parseS3Uri(source.S3Uri);
  const files =
    source.S3DataType === "ManifestFile"
      ? await listManifest(objects, source.S3Uri)
      : (await objects.list(location))
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
async function listManifest(objects: Objects, uri: string): Promise<InputFile[]> {
  const location = parseS3Uri(uri);
  const manifest = await objects.find(location);
  if (manifest === undefined) return [];
  const { prefix: prefixUri, names } = readManifest(await readText(manifest), uri);
  const prefix = parseS3Uri(prefixUri);
  const files: InputFile[] = [];
  for (const name of names) {
    const object = await objects.find({ bucket: prefix.bucket, key: prefix.key + name });
    if (object === undefined) {
      throw new AwsError(
        "ValidationException",
        `The manifest ${uri} names ${prefixUri}${name}, which does not exist.`,
      );
    }
    files.push({ object, relative: name });
  }
  return files;
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

async function readText(object: S3Object): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of object.read()) pieces.push(piece);
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
  objects: Objects,
  source: S3Source,
  roleArn: string,
  folder: string,
  host: { readonly index: number; readonly count: number },
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { object, relative } of await listShare(objects, source, roleArn, host)) {
    signal.throwIfAborted();
    await downloadObject(object, folder, relative, signal);
  }
}

/** What one host gets of an input: all of it, or every so many keys where it is sharded. */
export async function listShare(
  objects: Objects,
  source: S3Source,
  roleArn: string,
  host: { readonly index: number; readonly count: number },
): Promise<readonly InputFile[]> {
  const files = await listInput(objects, source, roleArn);
  const sharded = source.S3DataDistributionType === "ShardedByS3Key";
  return sharded ? files.filter((_, index) => index % host.count === host.index) : files;
}
