import type { Size } from "../detection.js";
import type { DetectorTensors } from "./detector.js";
import { batchSlice } from "./tensor-values.js";

/** Makes the error for an output that holds what the layout cannot have there. */
export type Refuse = (output: string, found: string) => Error;

/** Quantised and half-precision scores pass 1 by a rounding. */
const SCORE_ROUNDING = 0.02;

/**
 * How far a box may reach beyond the input, in its sides and in pixels more: the distances of YOLOv8's heads go to
 * 15 strides of 64 pixels, whatever the input's size.
 */
const BEYOND = { sides: 1, pixels: 1024 } as const;

/** Share of the input that a box may be inside out by: unbounded regression gives small negative sizes. */
const INSIDE_OUT = 0.05;

/**
 * Whether one box over the threshold is one at all. Another layout read as this one has scores above 1, class
 * ids with fractions, and boxes far outside the picture.
 *
 * @param outputs Names of the outputs, for the error.
 * @param input Size of the input in pixels.
 * @throws What `refuse` makes.
 */
export function requireSense(
  outputs: { readonly boxes: string; readonly scores: string },
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  score: number,
  classId: number,
  { width, height }: Size,
  refuse: Refuse,
): void {
  if (score > 1 + SCORE_ROUNDING) throw refuse(outputs.scores, `a score of ${short(score)}, above 1`);
  if (!(classId > -0.5 && Math.abs(classId - Math.round(classId)) < 0.01)) {
    throw refuse(outputs.scores, `a class id of ${short(classId)}, which is no whole number from 0`);
  }
  const beyondX = BEYOND.sides * width + BEYOND.pixels;
  const beyondY = BEYOND.sides * height + BEYOND.pixels;
  if (
    x1 >= -beyondX &&
    y1 >= -beyondY &&
    x2 <= width + beyondX &&
    y2 <= height + beyondY &&
    x2 - x1 >= -INSIDE_OUT * width &&
    y2 - y1 >= -INSIDE_OUT * height
  ) {
    return;
  }
  const box = [x1, y1, x2, y2].map(short).join(", ");
  throw refuse(outputs.boxes, `a box of [${box}] in an input of ${width}x${height} pixels`);
}

/** Values that all of a part of an output must lie between. */
export interface ValueRange {
  /** Name of the output. */
  readonly output: string;
  /** What the values are, for the error. */
  readonly what: string;
  /** Which of the tensor's axes the part is cut along: 1, or the last. Default: the whole tensor. */
  readonly axis?: 1 | "last";
  /** First index along the axis. Default 0. */
  readonly from?: number;
  /** One past the last index along the axis. Default: its length. */
  readonly to?: number;
  readonly least: number;
  readonly most: number;
}

/** The range of scores, for a part of an output. */
export function scoreRange(output: string, part: Pick<ValueRange, "axis" | "from" | "to"> = {}): ValueRange {
  return { output, what: "scores", ...part, least: -SCORE_ROUNDING, most: 1 + SCORE_ROUNDING };
}

/**
 * Looks at all values of one frame, once a model: a threshold hides what is wrong with a table in which nothing
 * passes it.
 *
 * @throws What `refuse` makes, for the value farthest off.
 */
export function requireRanges(
  ranges: readonly ValueRange[],
  outputs: DetectorTensors,
  batchIndex: number,
  refuse: Refuse,
): void {
  for (const { output, what, axis, from = 0, to, least, most } of ranges) {
    const tensor = outputs[output]!;
    const values = batchSlice(tensor, batchIndex);
    const length = axis === 1 ? tensor.dims[1]! : axis === "last" ? tensor.dims.at(-1)! : values.length;
    // Elements that one step along the axis passes over.
    const step = axis === 1 ? values.length / length : 1;
    const [start, end] = [from * step, (to ?? length) * step];
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let base = 0; base < values.length; base += length * step) {
      for (let at = base + start; at < base + end; at++) {
        const value = values[at]!;
        // Overflows are left out of the detections one by one.
        if (value < lowest && value !== Number.NEGATIVE_INFINITY) lowest = value;
        if (value > highest && value !== Number.POSITIVE_INFINITY) highest = value;
      }
    }
    if (lowest < least || highest > most) {
      throw refuse(output, `${what} from ${short(lowest)} to ${short(highest)}`);
    }
  }
}

/** To four digits; a number that a shorter output does not have is NaN. */
function short(value: number | undefined): string {
  return String(Number((value ?? Number.NaN).toPrecision(4)));
}
