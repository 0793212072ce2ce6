import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OnnxError } from "@sightline/onnx";
import { CliError } from "../errors.js";
import { proposeManifest } from "./propose-manifest.js";

/**
 * Copies an ONNX file, and the files with its weights that begin with its name, beside a proposed manifest.
 *
 * @returns what was guessed
 * @throws CliError when the file is no model, or none that takes pictures
 */
export async function layOutBareModel(path: string, folder: string): Promise<readonly string[]> {
  const name = basename(path);
  const bytes = await readFile(path);
  try {
    const { manifest, guesses } = proposeManifest(name, bytes);
    await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    const stem = name.replace(/\.onnx$/, "");
    for (const file of await readdir(dirname(path))) {
      const isWeights = file.startsWith(`${name}.`) || file.startsWith(`${name}_`) || file === `${stem}.data`;
      if (file === name || isWeights) await copyFile(join(dirname(path), file), join(folder, file));
    }
    return guesses;
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    throw new CliError(`${path} is no ONNX model: ${error.message}`, { cause: error });
  }
}
