import { mkdir } from "node:fs/promises";
import path from "node:path";
import { AwsError } from "../errors.js";
import type { S3Object } from "./objects.js";

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
  object: S3Object,
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
  await object.saveAs(target, signal);
}
