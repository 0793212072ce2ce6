import { ImageError } from "../errors.js";
import type { ListEntry } from "../list/image-list.js";
import type { ItemResult } from "./item.js";
import type { ManifestEntry } from "./manifest.js";
import type { PackEvent } from "./pack-options.js";

/** What is told of an image that is left out, or stands as a placeholder. */
export function lostEvent(
  entry: ListEntry,
  lost: NonNullable<ManifestEntry["lost"]>,
  skipped: boolean,
): PackEvent {
  const { id, path } = entry;
  const action = skipped ? "skipped" : "placeholder";
  return { kind: "problem", note: { id, path, action, problem: lost.problem, reason: lost.message } };
}

/** What `onError: "fail"` throws; the path is said once. */
export function imageError(path: string, result: Extract<ItemResult, { kind: "problem" }>): ImageError {
  const message = result.message.startsWith(`${path}: `)
    ? result.message.slice(path.length + 2)
    : result.message;
  return new ImageError(path, result.problem, message);
}
