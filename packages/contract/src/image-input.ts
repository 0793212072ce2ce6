import { checkObject, isRecord } from "./check.js";
import type { Table } from "./field.js";
import { pixelFields } from "./pixel-fields.js";
import { type Fail, missing, wrong } from "./problem.js";
import { ruleText } from "./rule-text.js";

/**
 * How an image becomes a model's input: decoded, turned upright, brought to `width` x `height` as `fit` says, then
 * value = (pixel x scale - mean) / std for each channel, in the order of `layout`. A model that takes uint8 gets the values
 * rounded to 0 to 255.
 */
export interface ImageInput {
  /** Pixels, 1 to 2,048. */
  readonly width: number;
  /** Pixels, 1 to 2,048. */
  readonly height: number;
  /**
   * How a picture of other proportions is brought to the size: `stretch`, `crop` (its middle) or `letterbox` (the whole, with
   * a margin of `padValue`). Default `stretch`.
   */
  readonly fit?: "stretch" | "crop" | "letterbox";
  /**
   * Length in pixels before the middle is cut out, at least `width` and `height`: with `fit` `crop` of the shorter side,
   * torchvision's 256 for 224; with `stretch` of both sides. Default: nothing more is cut away than `fit` says.
   */
  readonly resize?: number;
  /** With `fit` `letterbox`: pixel value of the margin, 0 to 255. Default 114, as YOLO has it. */
  readonly padValue?: number;
  /**
   * How pixels are weighed when a picture is made smaller, by the names of Pillow and torchvision, whose results these are
   * within a grey level or so: `bilinear`, `bicubic` or `lanczos`. Default `bilinear`, and JPEG files are then scaled roughly
   * while they are decoded, which is faster.
   */
  readonly resample?: "bilinear" | "bicubic" | "lanczos";
  /** Order of the tensor's dimensions. Default `NCHW`. */
  readonly layout?: "NCHW" | "NHWC";
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
  fit: {
    type: "choice",
    values: ["stretch", "crop", "letterbox"],
    default: "stretch",
    meaning: "How a picture of other proportions is brought to the size",
  },
  resize: {
    type: "integer",
    min: 1,
    max: MAX_INPUT_SIDE * 2,
    unit: "pixels",
    meaning:
      "With fit crop the shorter side, with stretch both, before the middle is cut out; by default nothing more is cut",
  },
  padValue: {
    type: "integer",
    min: 0,
    max: 255,
    default: 114,
    meaning: "With fit letterbox: pixel value of the margin",
  },
  resample: {
    type: "choice",
    values: ["bilinear", "bicubic", "lanczos"],
    meaning:
      "How pixels are weighed when a picture is made smaller; by default as bilinear, and JPEG files roughly",
  },
  layout: {
    type: "choice",
    values: ["NCHW", "NHWC"],
    default: "NCHW",
    meaning: "Order of the tensor's dimensions",
  },
  channels: { ...pixelFields.channels, required: true },
  scale: { type: "non-zero", required: true, meaning: "Factor on the pixel value of 0 to 255" },
  mean: { ...pixelFields.mean, required: true },
  std: { ...pixelFields.std, required: true },
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
  const input = value as unknown as ImageInput;
  checkFit(input, path, fail);
  return input;
}

/** What `resize` and `padValue` need of the other fields. */
export function checkFit(input: ImageInput, path: string, fail: Fail): void {
  const { width, height, fit = "stretch", resize, padValue } = input;
  if (padValue !== undefined && fit !== "letterbox")
    fail(wrong(`${path}.fit`, "choice", '"letterbox" beside padValue', fit));
  if (resize === undefined) return;
  const least = Math.max(width, height);
  if (fit === "letterbox") fail(wrong(`${path}.fit`, "choice", '"crop" or "stretch" beside resize', fit));
  if (resize < least)
    fail(
      wrong(`${path}.resize`, "integer", `at least ${least} pixels, the longer side of the input`, resize),
    );
}
