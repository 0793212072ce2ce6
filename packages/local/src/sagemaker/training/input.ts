import { mkdir } from "node:fs/promises";
import path from "node:path";
import { AwsError } from "../../errors.js";
import type { StoredObject } from "../../s3/object.js";
import type { ObjectStore } from "../../s3/object-store.js";
import { downloadObject, objectsBelow, parseS3Uri, relativePath } from "../../s3/transfer.js";
import type { TrainingChannel, TrainingRequest } from "./job.js";

/** An object of a channel and the file it becomes. */
interface ChannelFile {
  readonly object: StoredObject;
  readonly relative: string;
}

/** Lists what a channel holds. @throws AwsError ValidationException when that is nothing */
export async function listChannel(
  store: ObjectStore,
  channel: TrainingChannel,
  roleArn: string,
): Promise<readonly ChannelFile[]> {
  const source = channel.DataSource.S3DataSource!;
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
async function listManifest(store: ObjectStore, uri: string): Promise<ChannelFile[]> {
  const location = parseS3Uri(uri);
  const manifest = store.buckets.get(location.bucket)?.objects.get(location.key);
  if (manifest === undefined) return [];
  const pieces: Buffer[] = [];
  for await (const piece of store.segments.read(manifest.segments, 0, manifest.size)) pieces.push(piece);
  const [head, ...names] = JSON.parse(Buffer.concat(pieces).toString("utf8")) as [
    { prefix: string },
    ...string[],
  ];
  const prefix = parseS3Uri(head.prefix);
  return names.map((name) => {
    const object = store.buckets.get(prefix.bucket)?.objects.get(prefix.key + name);
    if (object === undefined) {
      throw new AwsError(
        "ValidationException",
        `The manifest ${uri} names ${head.prefix}${name}, which does not exist.`,
      );
    }
    return { object, relative: name };
  });
}

/** Refuses what this server does not do, before a job is accepted. */
export function checkChannels(request: TrainingRequest): void {
  for (const channel of request.InputDataConfig ?? []) {
    const mode = channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode ?? "File";
    const source = channel.DataSource.S3DataSource;
    if (source === undefined) throw notDone(`a data source other than S3 (channel "${channel.ChannelName}")`);
    if (mode === "Pipe") throw notDone(`Pipe mode (channel "${channel.ChannelName}")`);
    if (!["S3Prefix", "ManifestFile"].includes(source.S3DataType)) {
      throw notDone(`S3DataType ${source.S3DataType} (channel "${channel.ChannelName}")`);
    }
    if (channel.CompressionType === "Gzip")
      throw notDone(`CompressionType Gzip (channel "${channel.ChannelName}")`);
  }
  const names = (request.InputDataConfig ?? []).map((channel) => channel.ChannelName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AwsError(
      "ValidationException",
      `Input channel names must be unique: "${twice}" is there twice.`,
    );
  }
}

function notDone(what: string): AwsError {
  return new AwsError("ValidationException", `The local SageMaker does not implement ${what}.`);
}

/** Downloads all channels below one host's `input/data`, sharded where the channel asks. */
export async function downloadChannels(
  store: ObjectStore,
  request: TrainingRequest,
  root: string,
  host: number,
  hosts: number,
  signal: AbortSignal,
): Promise<void> {
  for (const channel of request.InputDataConfig ?? []) {
    const folder = path.join(root, "input", "data", channel.ChannelName);
    await mkdir(folder, { recursive: true });
    const sharded = channel.DataSource.S3DataSource!.S3DataDistributionType === "ShardedByS3Key";
    const files = await listChannel(store, channel, request.RoleArn);
    for (const [index, { object, relative }] of files.entries()) {
      signal.throwIfAborted();
      if (!sharded || index % hosts === host) await downloadObject(store, object, folder, relative, signal);
    }
  }
}
