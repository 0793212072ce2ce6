import { join } from "node:path";
import type { ModelManifest } from "@sightline/contract/manifest";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import type { LogLine } from "./training-log.js";

/**
 * Writes a trained model's folder, and says so.
 *
 * @param best which epoch it is of, and how good, for the log
 */
export async function saveModelFolder(
  folder: string,
  bytes: Uint8Array,
  manifest: ModelManifest,
  best: string,
  log: LogLine,
): Promise<void> {
  await writeWholeFile(join(folder, "model.onnx"), bytes);
  // Last: a folder without a manifest is no model.
  await writeWholeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  log(`Saved model to "${folder}" (${best}, ${bytes.byteLength} bytes)`);
}
