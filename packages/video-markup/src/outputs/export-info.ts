import type { FrameDetections, Size } from "../detection.js";

/** Records in frame order, from memory or from a file. */
export type Records = AsyncIterable<FrameDetections> | Iterable<FrameDetections>;

/** What the formats need to know of the video beside its detections. */
export interface ExportInfo {
  /** Size of the upright frame, in pixels. */
  readonly size: Size;
  /** Names in class-id order; classes that only the records name are added behind. Default: the records' own. */
  readonly classNames?: readonly string[];
}

/** A number without needless digits. */
export function short(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)));
}
