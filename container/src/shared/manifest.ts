import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readManifest as checkManifest, type ModelManifest } from "@sightline/contract/manifest";
import { ModelError, messageOf } from "./errors.js";

/**
 * Reads and checks the manifest of a model folder.
 *
 * @throws ModelError that names the file, the field and what it must be
 */
export async function readManifest(folder: string): Promise<ModelManifest> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  } catch (cause) {
    throw new ModelError(
      `The model has no usable manifest.json (${messageOf(cause)}). model.tar.gz must hold manifest.json and the model at its root.`,
      { cause },
    );
  }
  const manifest = checkManifest(value, ({ message }) => {
    throw new ModelError(`manifest.json cannot be used: ${message}`);
  });
  const file = await stat(join(folder, manifest.model)).catch(() => undefined);
  if (!file?.isFile())
    throw new ModelError(
      `manifest.json names the model "${manifest.model}", which is not in the model folder.`,
    );
  return manifest;
}
