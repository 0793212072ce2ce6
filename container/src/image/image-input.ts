import { isRecord } from "../shared/read-json.js";

/**
 * How an image becomes a model's input: decoded, turned upright, stretched to `width` x `height`, then
 * value = (pixel x scale - mean) / std for each channel, channel after channel (NCHW).
 */
export interface ImageInput {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Order of the channels in the tensor; `mean` and `std` follow it. */
  readonly channels: "RGB" | "BGR";
  /** Factor on the pixel value of 0 to 255. */
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** What torchvision's ImageNet models expect: RGB, 0 to 1, ImageNet's mean and deviation. */
export const IMAGENET_INPUT: ImageInput = {
  width: 224,
  height: 224,
  channels: "RGB",
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Largest side of a model's input, in pixels; protects memory from a wrong file. */
export const MAX_INPUT_SIDE = 2048;

/**
 * Checks the `input` object of a manifest or of a `<name>.preprocess.json`. Returns what is wrong as a string.
 */
export function parseImageInput(value: unknown): ImageInput | string {
  if (!isRecord(value)) return `"input" must be an object {width, height, channels, scale, mean, std}`;
  const { width, height, channels, scale } = value;
  for (const [name, side] of [
    ["width", width],
    ["height", height],
  ]) {
    if (!Number.isInteger(side) || (side as number) < 1 || (side as number) > MAX_INPUT_SIDE) {
      return `"input.${name}" must be an integer of 1 to ${MAX_INPUT_SIDE} pixels, not ${JSON.stringify(side)}`;
    }
  }
  if (channels !== "RGB" && channels !== "BGR") {
    return `"input.channels" must be "RGB" or "BGR", not ${JSON.stringify(channels)}`;
  }
  if (typeof scale !== "number" || !Number.isFinite(scale) || scale === 0) {
    return `"input.scale" must be a number other than 0, not ${JSON.stringify(scale)}`;
  }
  const mean = triple(value.mean);
  if (!mean) return `"input.mean" must be three numbers, not ${JSON.stringify(value.mean)}`;
  const std = triple(value.std);
  if (!std || std.includes(0))
    return `"input.std" must be three numbers other than 0, not ${JSON.stringify(value.std)}`;
  return { width: width as number, height: height as number, channels, scale, mean, std };
}

function triple(value: unknown): [number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  return value.every((item) => typeof item === "number" && Number.isFinite(item))
    ? (value as [number, number, number])
    : undefined;
}
