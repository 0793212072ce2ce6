import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageInput } from "@sightline/contract/image-input";
import type { ModelManifest } from "@sightline/contract/manifest";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { writeModel } from "@sightline/onnx";
import { type BuiltInModel, convertBuiltIn } from "./built-in.js";
import { MalformedMxnetError } from "./errors.js";
import { readModelFiles } from "./model-files.js";

/** Options of {@link writeServedModel}. */
export interface ServedModelOptions {
  /** Class names in class-id order. Default: the class ids; the archive has no names. */
  readonly labels?: readonly string[];
}

/**
 * Converts the `model.tar.gz` of a built-in algorithm into a folder that `serve` of the Sightline container takes as
 * it is: `model.onnx` and `manifest.json`, each whole or absent.
 *
 * @param model path of the archive, or of a folder into which it was unpacked
 * @throws {MalformedMxnetError} when it is no such archive, or `labels` are not one for each class
 * @throws {UnsupportedOperatorError} when the network has an operator that is not converted
 */
export async function writeServedModel(
  model: string,
  folder: string,
  options: ServedModelOptions = {},
): Promise<BuiltInModel> {
  const files = await readModelFiles(model);
  const built = await convertBuiltIn([...files.keys()], async (name) => files.get(name)!);
  const labels = options.labels ?? Array.from({ length: built.classes }, (_, id) => String(id));
  if (labels.length !== built.classes) {
    throw new MalformedMxnetError(
      `The model has ${built.classes} classes, but ${labels.length} labels were given.`,
    );
  }
  await writeWholeFile(join(folder, "model.onnx"), writeModel(built.model));
  const manifest = `${JSON.stringify(manifestOf(built, labels), null, 2)}\n`;
  await writeWholeFile(join(folder, "manifest.json"), manifest);
  return built;
}

function manifestOf(built: BuiltInModel, labels: readonly string[]): ModelManifest {
  const { task, inputShape, params } = built;
  const [, height, width] = inputShape;
  // The network's first layer normalizes: pixels go in as they are.
  const input: ImageInput = {
    width,
    height,
    channels: "RGB",
    scale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
  return {
    schemaVersion: 1,
    task,
    model: "model.onnx",
    labels,
    input,
    training: { source: "mxnet", params },
  };
}

/** Reads a JSON list of class names. @throws {MalformedMxnetError} when the file holds none */
export async function readLabels(path: string): Promise<string[]> {
  let labels: unknown;
  try {
    labels = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new MalformedMxnetError(`${path} holds no JSON list of class names: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === "string")) {
    throw new MalformedMxnetError(`${path} holds no JSON list of class names, such as ["cat", "dog"].`);
  }
  return labels;
}
