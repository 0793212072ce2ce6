import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ImageInput, parseImageInput } from "../image/image-input.js";
import { ModelError, messageOf } from "./errors.js";
import { isRecord } from "./read-json.js";

/** Version of `manifest.json` that this image writes and reads. */
export const SCHEMA_VERSION = 1;

/** A model that names the class of a picture. */
export interface ClassificationManifest {
  readonly schemaVersion: 1;
  readonly task: "image-classification";
  /** File name of the ONNX model beside the manifest. */
  readonly model: string;
  /** Class names in class-id order. */
  readonly labels: readonly string[];
  readonly input: ImageInput;
  /** Output with the probabilities. Default: the model's only output. */
  readonly output?: string;
  /** How the model came to be; free form. */
  readonly training?: Readonly<Record<string, unknown>>;
}

/** A detector that marks up videos. */
export interface VideoManifest {
  readonly schemaVersion: 1;
  readonly task: "video-markup";
  readonly model: string;
  readonly labels?: readonly string[];
  /** Defaults for every job: confidence, iou, layout, annotate. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What `manifest.json` holds. */
export type Manifest = ClassificationManifest | VideoManifest;

/**
 * Reads and checks the manifest of a model folder.
 *
 * @throws ModelError that names the file, the field and what it must be
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, "manifest.json");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new ModelError(
      `The model has no usable manifest.json (${messageOf(cause)}). model.tar.gz must hold manifest.json and the model at its root.`,
      { cause },
    );
  }
  const manifest = parseManifest(value);
  const file = await stat(join(folder, manifest.model)).catch(() => undefined);
  if (!file?.isFile())
    throw new ModelError(
      `manifest.json names the model "${manifest.model}", which is not in the model folder.`,
    );
  return manifest;
}

/** Checks a parsed manifest. Throws `ModelError`. */
export function parseManifest(value: unknown): Manifest {
  if (!isRecord(value)) throw new ModelError("manifest.json must hold an object.");
  if (value.schemaVersion !== SCHEMA_VERSION) {
    throw new ModelError(
      `manifest.json has the schemaVersion ${JSON.stringify(value.schemaVersion)}; this image reads ${SCHEMA_VERSION}.`,
    );
  }
  const { model } = value;
  // Only a plain file name: the manifest comes with the model and must not reach outside its folder.
  if (typeof model !== "string" || model === "" || basename(model) !== model || model.startsWith(".")) {
    throw new ModelError(
      `manifest.json: "model" must be the name of a file beside it, not ${JSON.stringify(model)}.`,
    );
  }
  const labels = value.labels === undefined ? undefined : parseLabels(value.labels);
  if (value.task === "video-markup") {
    if (value.options !== undefined && !isRecord(value.options)) {
      throw new ModelError(`manifest.json: "options" must be an object.`);
    }
    return {
      schemaVersion: SCHEMA_VERSION,
      task: "video-markup",
      model,
      ...(labels ? { labels } : {}),
      ...(value.options ? { options: value.options as Record<string, unknown> } : {}),
    };
  }
  if (value.task !== "image-classification") {
    throw new ModelError(
      `manifest.json: "task" must be "image-classification" or "video-markup", not ${JSON.stringify(value.task)}.`,
    );
  }
  const input = parseImageInput(value.input);
  if (typeof input === "string") throw new ModelError(`manifest.json: ${input}.`);
  if (!labels) throw new ModelError(`manifest.json: "labels" must be an array of class names.`);
  return {
    schemaVersion: SCHEMA_VERSION,
    task: "image-classification",
    model,
    labels,
    input,
    ...(typeof value.output === "string" ? { output: value.output } : {}),
    ...(isRecord(value.training) ? { training: value.training } : {}),
  };
}

function parseLabels(value: unknown): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
  throw new ModelError(`manifest.json: "labels" must be an array of strings.`);
}
