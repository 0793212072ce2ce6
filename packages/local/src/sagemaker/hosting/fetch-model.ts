import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { unpackArchive } from "@sightline/foundation/unpack-archive";
import type { Cloud } from "../../cloud.js";
import { parseS3Uri } from "../../objects/objects.js";
import { downloadObject, relativePath } from "../../objects/transfer.js";
import { removeTree } from "../../process/remove-tree.js";
import { containerOf, type Model } from "./models.js";

/** Why a fleet did not start. */
export class FleetStartError extends Error {}

/**
 * Empties a folder and lays a model out in `model` below it.
 *
 * @throws FleetStartError when it is not there, or cannot be unpacked
 */
export async function fetchModel(
  cloud: Cloud,
  model: Model,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  await removeTree(folder, cloud.logger);
  const target = path.join(folder, "model");
  await mkdir(target, { recursive: true });
  const container = containerOf(model);
  // Its models are fetched when they are asked for.
  if (container.Mode === "MultiModel") return;
  const source = container.ModelDataSource?.S3DataSource;
  if (source !== undefined && source.CompressionType === "None") {
    await fetchPlain(cloud, source.S3Uri, target, signal);
    return;
  }
  const uri = source?.S3Uri ?? container.ModelDataUrl;
  if (uri !== undefined) await fetchArchive(cloud, uri, target, signal);
}

/** Downloads a model archive and unpacks it into a folder that is there. @throws FleetStartError */
export async function fetchArchive(
  cloud: Cloud,
  uri: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const object = await cloud.objects.find(parseS3Uri(uri));
  if (object === undefined) throw missing(uri);
  const name = `${path.basename(target)}.tar.gz`;
  const archive = path.join(path.dirname(target), name);
  await downloadObject(object, path.dirname(target), name, signal);
  try {
    await unpackArchive(archive, target);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FleetStartError(`Failed to extract model data archive from URL "${uri}": ${reason}`, { cause });
  } finally {
    await rm(archive, { force: true });
  }
}

async function fetchPlain(cloud: Cloud, uri: string, folder: string, signal: AbortSignal): Promise<void> {
  const location = parseS3Uri(uri);
  const all = await cloud.objects.list(location);
  const objects = all.filter((object) => !object.key.endsWith("/"));
  if (objects.length === 0) throw missing(uri);
  for (const object of objects) {
    await downloadObject(object, folder, relativePath(location.key, object.key), signal);
  }
}

function missing(uri: string): FleetStartError {
  return new FleetStartError(
    `Could not find model data at ${uri}. Please ensure that the object exists and that the role has access to it.`,
  );
}
