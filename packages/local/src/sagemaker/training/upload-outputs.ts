import { cp, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import { parseS3Uri } from "../../objects/objects.js";
import { createFolderSync } from "../../objects/sync-folder.js";
import { packFolder } from "../model-archive.js";
import { modelUriOf, outputPrefix, type TrainingRequest } from "./job.js";

/** Puts what the hosts left in `model/` to S3 and returns where that is. */
export async function uploadModel(
  cloud: Cloud,
  request: TrainingRequest,
  folder: string,
  roots: readonly string[],
): Promise<string> {
  const merged = await mergeHosts(roots, "model");
  const uri = modelUriOf(request);
  if (request.OutputDataConfig.CompressionType === "NONE") {
    await createFolderSync(cloud.objects, merged, uri).final();
    return uri;
  }
  const archive = path.join(folder, "model.tar.gz");
  await packFolder(merged, archive);
  await cloud.objects.put(parseS3Uri(uri), { path: archive }, "application/x-tar");
  return uri;
}

/** Puts what the hosts left in `output/data/` to S3, if anything. */
export async function uploadOutput(
  cloud: Cloud,
  request: TrainingRequest,
  folder: string,
  roots: readonly string[],
): Promise<void> {
  const merged = await mergeHosts(roots, path.join("output", "data"));
  if ((await readdir(merged)).length === 0) return;
  const archive = path.join(folder, "output.tar.gz");
  await packFolder(merged, archive);
  await cloud.objects.put(parseS3Uri(`${outputPrefix(request)}/output.tar.gz`), { path: archive });
}

/** What the other hosts left is laid over the first host's, in order. */
async function mergeHosts(roots: readonly string[], folder: string): Promise<string> {
  const first = path.join(roots[0]!, folder);
  await mkdir(first, { recursive: true });
  for (const root of roots.slice(1)) await cp(path.join(root, folder), first, { recursive: true });
  return first;
}
