import { checkObject, isRecord } from "./check.js";
import type { Table } from "./field.js";
import { type Fail, missing, wrong } from "./problem.js";
import { ruleText } from "./rule-text.js";

/**
 * How an image becomes a model's input: decoded, turned upright, stretched to `width` x `height`, then
 * value = (pixel x scale - mean) / std for each channel, channel after channel (NCHW).
 */
export interface ImageInput {
  /** Pixels, 1 to 2,048. */
  readonly width: number;
  /** Pixels, 1 to 2,048. */
  readonly height: number;
  /** Order of the channels in the tensor; `mean` and `std` follow it. */
  readonly channels: "RGB" | "BGR";
  /** Factor on the pixel value of 0 to 255; not 0. */
  readonly scale: number;
  /** Subtracted from the scaled value, one for each channel. */
  readonly mean: readonly [number, number, number];
  /** What the rest is divided by, one for each channel; none is 0. */
  readonly std: readonly [number, number, number];
}

/** Largest side of a model's input, in pixels; protects memory from a wrong file. */
export const MAX_INPUT_SIDE = 2048;

/** The fields of {@link ImageInput}. */
export const imageInput = {
  width: {
    type: "integer",
    min: 1,
    max: MAX_INPUT_SIDE,
    unit: "pixels",
    required: true,
    meaning: "Width of the input",
  },
  height: {
    type: "integer",
    min: 1,
    max: MAX_INPUT_SIDE,
    unit: "pixels",
    required: true,
    meaning: "Height of the input",
  },
  channels: {
    type: "choice",
    values: ["RGB", "BGR"],
    required: true,
    meaning: "Order of the channels; `mean` and `std` follow it",
  },
  scale: { type: "non-zero", required: true, meaning: "Factor on the pixel value of 0 to 255" },
  mean: {
    type: "list",
    of: { type: "number" },
    items: "numbers",
    length: 3,
    required: true,
    meaning: "Subtracted from the scaled value, one for each channel",
  },
  std: {
    type: "list",
    of: { type: "non-zero" },
    items: "numbers other than 0",
    length: 3,
    required: true,
    meaning: "What the rest is divided by, one for each channel",
  },
} as const satisfies Table & Record<keyof ImageInput, unknown>;

/**
 * Checks the `input` of a manifest or of a `<name>.preprocess.json`.
 *
 * @param path how messages call it
 */
export function readImageInput(value: unknown, fail: Fail, path = "input"): ImageInput {
  const rule = ruleText({ type: "object", fields: imageInput });
  if (value === undefined) fail(missing(path, "object", rule));
  if (!isRecord(value)) fail(wrong(path, "object", rule, value));
  checkObject(imageInput, value, `${path}.`, fail);
  return value as unknown as ImageInput;
}
