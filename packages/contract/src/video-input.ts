import type { Field, Table } from "./field.js";
import { pixelFields } from "./pixel-fields.js";

/**
 * How a frame becomes a detector's input, where that is not what the family of its layout publishes: fitted into `width` x
 * `height`, then value = (pixel x scale - mean) / std for each channel. What is left out is the family's. Axis order and type
 * of the elements are the model's own.
 */
export interface VideoInput {
  /** Pixels, 1 to 16,384; only where the model's side is free. */
  readonly width?: number;
  /** Pixels, 1 to 16,384; only where the model's side is free. */
  readonly height?: number;
  /**
   * How a frame of other proportions is brought to the size: `letterbox-center` and `letterbox-top-left` keep them and leave
   * a margin of `padValue`, `stretch` does not.
   */
  readonly fit?: "letterbox-center" | "letterbox-top-left" | "stretch";
  /** Value of the margin, 0 to 255. */
  readonly padValue?: number;
  /** Order of the channels in the tensor; `mean` and `std` follow it. */
  readonly channels?: "RGB" | "BGR";
  /** Factor on the pixel value of 0 to 255; above 0. */
  readonly scale?: number;
  /** Subtracted from the scaled value, one for each channel. */
  readonly mean?: readonly [number, number, number];
  /** What the rest is divided by, one for each channel; none is 0. */
  readonly std?: readonly [number, number, number];
}

const side = { type: "integer", min: 1, max: 16_384, unit: "pixels" } as const;

/** The fields of {@link VideoInput}. */
export const videoInput = {
  width: { ...side, meaning: "Width of the input where the model's is free" },
  height: { ...side, meaning: "Height of the input where the model's is free" },
  fit: {
    type: "choice",
    values: ["letterbox-center", "letterbox-top-left", "stretch"],
    meaning: "How a frame of other proportions is brought to the size",
  },
  padValue: { type: "number", min: 0, max: 255, meaning: "Value of a letterbox's margin" },
  channels: pixelFields.channels,
  scale: { type: "number", above: 0, meaning: "Factor on the pixel value of 0 to 255" },
  mean: pixelFields.mean,
  std: pixelFields.std,
} as const satisfies Table & Record<keyof VideoInput, Field>;
