import { checkObject, isRecord } from "./check.js";
import type { Field, Table } from "./field.js";
import { checkFit, type ImageInput, imageInput } from "./image-input.js";
import { type Fail, wrong } from "./problem.js";
import { type VideoInput, videoInput } from "./video-input.js";
import { type VideoModelOptions, videoModelOptions } from "./video-options.js";

/** Version of `manifest.json` that is written and read. */
export const SCHEMA_VERSION = 1;

/** What every manifest says. */
interface ManifestOf<Task extends string> {
  /** Version of this format. */
  readonly schemaVersion: 1;
  /** What the model does. */
  readonly task: Task;
  /** Name of the ONNX file beside the manifest. */
  readonly model: string;
  /** How the model came to be; free form. */
  readonly training?: Readonly<Record<string, unknown>>;
}

/** A model that names the class of a picture. */
export interface ClassificationManifest extends ManifestOf<"image-classification"> {
  /** Class names in class-id order. */
  readonly labels: readonly string[];
  /** How a picture becomes the model's input. */
  readonly input: ImageInput;
  /** Output with one value for each class. Default: the model's only output. */
  readonly output?: string;
  /**
   * What turns the output into the answer: `softmax` (logits, one class a picture), `sigmoid` (logits, each class by itself),
   * or `none`, to answer it as it is. Default: as it is, and `serve` refuses a model whose values are no probabilities.
   */
  readonly activation?: Activation;
  /**
   * Answer with so many of the best classes, each with its id, name and score, 1 to 1,000. Default: with the list of all
   * classes' values, as the built-in algorithm does.
   */
  readonly topK?: number;
}

/** What can turn a classifier's output into probabilities. */
export type Activation = "none" | "softmax" | "sigmoid";

/** A detector that finds boxes in pictures, and marks up videos with them. */
export interface ObjectDetectionManifest extends ManifestOf<"object-detection"> {
  /** Class names in class-id order. */
  readonly labels: readonly string[];
  /** How a picture becomes the model's input. */
  readonly input: ImageInput;
  /**
   * Output `[N, rows, 6]`: class (-1 is no box), score, left, top, right, bottom as shares of the picture's sides, as
   * MXNet's MultiBoxDetection gives them. Default: the model's only output.
   */
  readonly output?: string;
  /** Defaults for every video job, and how the model runs there. */
  readonly options?: VideoModelOptions;
}

/** A detector that marks up videos. */
export interface VideoManifest extends ManifestOf<"video-markup"> {
  /** Class names in class-id order. Default: the model's own. */
  readonly labels?: readonly string[];
  /** How a frame becomes the model's input. Default: as the family of the model's layout publishes it. */
  readonly input?: VideoInput;
  /** Defaults for every job, and how the model runs. */
  readonly options?: VideoModelOptions;
}

/** What `manifest.json` at the root of a model.tar.gz holds; `serve` and `process` do what its `task` says. */
export type ModelManifest = ClassificationManifest | ObjectDetectionManifest | VideoManifest;

const common = {
  schemaVersion: {
    type: "choice",
    values: [SCHEMA_VERSION],
    required: true,
    meaning: "Version of this format",
  },
  task: {
    type: "choice",
    values: ["image-classification", "object-detection", "video-markup"],
    required: true,
    meaning: "What the model does",
  },
  model: { type: "file-name", required: true, meaning: "The ONNX file beside the manifest" },
} as const satisfies Table;
const labels = { type: "list", of: { type: "text", empty: true }, items: "class names" } as const;
const training = { type: "free", meaning: "How the model came to be; for people" } as const;

const picture = {
  labels: { ...labels, required: true, meaning: "Class names in class-id order" },
  input: {
    type: "object",
    fields: imageInput,
    required: true,
    meaning: "How a picture becomes the model's input",
  },
} as const satisfies Table;

/** The fields of {@link ClassificationManifest}. */
export const classificationManifest = {
  ...common,
  ...picture,
  output: { type: "text", meaning: "Output with one value for each class; by default the model's only one" },
  activation: {
    type: "choice",
    values: ["none", "softmax", "sigmoid"],
    meaning:
      "What turns the output into probabilities; by default nothing, and values that do not add up to 1 are refused",
  },
  topK: {
    type: "integer",
    min: 1,
    max: 1000,
    unit: "classes",
    meaning:
      "Answer with the best classes by id, name and score; by default with all values in class-id order",
  },
  training,
} as const satisfies Table & Record<keyof ClassificationManifest, Field>;

/** The fields of {@link ObjectDetectionManifest}. */
export const objectDetectionManifest = {
  ...common,
  ...picture,
  output: {
    type: "text",
    meaning: "Output [N, rows, 6] of class, score, left, top, right, bottom; by default the model's only one",
  },
  options: {
    type: "object",
    fields: videoModelOptions,
    meaning: "Defaults for every video job, and how the model runs there",
  },
  training,
} as const satisfies Table & Record<keyof ObjectDetectionManifest, Field>;

/** The fields of {@link VideoManifest}. */
export const videoManifest = {
  ...common,
  labels: { ...labels, meaning: "Class names in class-id order; by default the model's own" },
  input: {
    type: "object",
    fields: videoInput,
    meaning: "How a frame becomes the model's input; by default as the layout's family publishes it",
  },
  options: {
    type: "object",
    fields: videoModelOptions,
    meaning: "Defaults for every job, and how the model runs",
  },
  training,
} as const satisfies Table & Record<keyof VideoManifest, Field>;

const fieldsOf: Readonly<Record<ModelManifest["task"], Table>> = {
  "image-classification": classificationManifest,
  "object-detection": objectDetectionManifest,
  "video-markup": videoManifest,
};

/**
 * Checks a parsed `manifest.json`: its names, types and ranges. Messages call it `manifest`.
 *
 * @example
 * ```ts
 * readManifest({ schemaVersion: 1, task: "video-markup", model: "../m.onnx" }, fail);
 * // fails: manifest.model must be the name of a file beside it, without a path, but is "../m.onnx". Change the value.
 * ```
 */
export function readManifest(value: unknown, fail: Fail): ModelManifest {
  if (!isRecord(value)) fail(wrong("manifest", "object", "an object", value));
  // The task decides which fields there are: it goes first.
  const { schemaVersion, task } = value;
  checkObject(
    { schemaVersion: common.schemaVersion, task: common.task },
    { schemaVersion, task },
    "manifest.",
    fail,
  );
  checkObject(fieldsOf[task as ModelManifest["task"]], value, "manifest.", fail);
  const manifest = value as unknown as ModelManifest;
  if (manifest.task !== "video-markup") checkFit(manifest.input, "manifest.input", fail);
  // Its boxes are shares of the whole picture's sides: the model must see all of it, and nothing else.
  if (manifest.task === "object-detection") {
    const { fit = "stretch", resize } = manifest.input;
    if (fit !== "stretch") fail(wrong("manifest.input.fit", "choice", '"stretch" for object-detection', fit));
    if (resize !== undefined)
      fail(wrong("manifest.input.resize", "integer", "left out for object-detection", resize));
  }
  return manifest;
}
