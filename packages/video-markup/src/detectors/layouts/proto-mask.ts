import type { DetectionMask } from "../../detection.js";
import type { DetectorTensor } from "../detector.js";
import { type FrameGeometry, toSourceX, toSourceY } from "../geometry.js";
import { encodeMask } from "../masks.js";
import { batchSlice } from "../tensor-values.js";

/** Mask prototypes of one frame: `channels` planes of `width` x `height` over the whole input. */
export interface Prototypes {
  readonly values: Float32Array;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A YOLO instance mask: the prototypes weighted by the box's coefficients, upsampled bilinearly to the
 * input, kept where the logit is above 0 and inside the box (ultralytics `process_mask(upsample=True)`).
 * Computed only over the box and only where the frame is; undefined when the box misses the frame.
 *
 * @param box Edges in input pixels.
 */
export function protoMask(
  prototypes: Prototypes,
  coefficients: ArrayLike<number>,
  box: readonly [number, number, number, number],
  geometry: FrameGeometry,
): DetectionMask | undefined {
  // The pixels whose left and top edges lie in the box (`crop_mask`).
  const x1 = Math.max(Math.ceil(box[0]), geometry.left);
  const y1 = Math.max(Math.ceil(box[1]), geometry.top);
  const x2 = Math.min(Math.ceil(box[2]), geometry.left + geometry.content.width);
  const y2 = Math.min(Math.ceil(box[3]), geometry.top + geometry.content.height);
  const width = x2 - x1;
  const height = y2 - y1;
  if (width <= 0 || height <= 0) return undefined;

  const columns = taps(x1, width, geometry.input.width, prototypes.width);
  const rows = taps(y1, height, geometry.input.height, prototypes.height);
  const window = logits(prototypes, coefficients, columns, rows);
  const bitmap = new Uint8Array(width * height);
  const blended = new Float32Array(window.width);
  for (let y = 0; y < height; y++) {
    const upper = (rows.low[y]! - rows.from) * window.width;
    const lower = (rows.high[y]! - rows.from) * window.width;
    const part = rows.part[y]!;
    for (let i = 0; i < window.width; i++) {
      blended[i] = window.values[upper + i]! * (1 - part) + window.values[lower + i]! * part;
    }
    for (let x = 0; x < width; x++) {
      const left = blended[columns.low[x]! - columns.from]!;
      const right = blended[columns.high[x]! - columns.from]!;
      if (left + (right - left) * columns.part[x]! > 0) bitmap[y * width + x] = 1;
    }
  }
  return encodeMask(bitmap, width, height, [
    toSourceX(geometry, x1),
    toSourceY(geometry, y1),
    toSourceX(geometry, x2),
    toSourceY(geometry, y2),
  ]);
}

/** For each output cell, the two source cells it lies between (half-pixel centres, edges repeated). */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly part: Float32Array;
  /** First and last source cell used. */
  readonly from: number;
  readonly to: number;
}

function taps(start: number, count: number, outputSize: number, sourceSize: number): Taps {
  const low = new Int32Array(count);
  const high = new Int32Array(count);
  const part = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = Math.max(0, ((start + i + 0.5) * sourceSize) / outputSize - 0.5);
    low[i] = Math.min(Math.floor(at), sourceSize - 1);
    high[i] = Math.min(low[i]! + 1, sourceSize - 1);
    part[i] = at - low[i]!;
  }
  return { low, high, part, from: low[0]!, to: high[count - 1]! };
}

function logits(
  { values, channels, width, height }: Prototypes,
  coefficients: ArrayLike<number>,
  columns: Taps,
  rows: Taps,
): { values: Float32Array; width: number } {
  const windowWidth = columns.to - columns.from + 1;
  const windowHeight = rows.to - rows.from + 1;
  const out = new Float32Array(windowWidth * windowHeight);
  for (let channel = 0; channel < channels; channel++) {
    const weight = coefficients[channel]!;
    for (let y = 0; y < windowHeight; y++) {
      const from = channel * width * height + (rows.from + y) * width + columns.from;
      const to = y * windowWidth;
      for (let x = 0; x < windowWidth; x++) out[to + x]! += weight * values[from + x]!;
    }
  }
  return { values: out, width: windowWidth };
}

/** The prototypes of one frame of a batch, from the output `[batch, channels, height, width]`. */
export function prototypesOf(tensor: DetectorTensor, batchIndex: number): Prototypes {
  const [, channels = 0, height = 0, width = 0] = tensor.dims;
  return { values: batchSlice(tensor, batchIndex), channels, width, height };
}
