/** A box as left, top, right, bottom in pixels of the upright source frame; the edges may be fractional. */
export type Xyxy = readonly [x1: number, y1: number, x2: number, y2: number];

/** A width and a height in pixels. */
export interface Size {
  /** Pixels, from 1. */
  readonly width: number;
  /** Pixels, from 1. */
  readonly height: number;
}

/**
 * A binary mask of one object: a bitmap of `width` x `height` cells stretched over the rectangle `xyxy`.
 * It is kept run-length encoded, so that a detection stays plain JSON.
 */
export interface DetectionMask {
  /** The rectangle that the bitmap covers, in source pixels. */
  readonly xyxy: Xyxy;
  /** Cells in a row of the bitmap. */
  readonly width: number;
  /** Rows of the bitmap. */
  readonly height: number;
  /** Lengths of runs in row order, alternating outside and inside, beginning with outside (may be 0). */
  readonly runs: readonly number[];
}

/** One point of a pose, in source pixels. */
export interface Keypoint {
  /** From the left edge. */
  readonly x: number;
  /** From the top edge. */
  readonly y: number;
  /** 0 to 1; 1 where the model gives none. */
  readonly confidence: number;
}

/** A rotated box: centre, sides in source pixels, and the clockwise turn of the width side in radians. */
export interface OrientedBox {
  /** From the left edge, in source pixels. */
  readonly centerX: number;
  /** From the top edge, in source pixels. */
  readonly centerY: number;
  /** In source pixels. */
  readonly width: number;
  /** In source pixels. */
  readonly height: number;
  /** Radians, clockwise on the picture (y points down). */
  readonly angle: number;
}

/** One object found in one frame. Plain JSON. */
export interface Detection {
  /** Index into the model's class names, from 0. */
  readonly classId: number;
  /** The class's name; the id as text where the model and the options name none. */
  readonly className: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** Box in source pixels, inside the frame. For a rotated box: its upright hull. */
  readonly xyxy: Xyxy;
  /** Identity over time, from 1, when a tracker ran. */
  readonly trackId?: number;
  /** The object's pixels, where the model tells them. */
  readonly mask?: DetectionMask;
  /** Points of a pose in the model's order, where it tells them. */
  readonly keypoints?: readonly Keypoint[];
  /** The rotated box, where the model tells one. */
  readonly orientedBox?: OrientedBox;
}

/** What was found in one frame: one line of the JSON lines output. */
export interface FrameDetections {
  /** Index of the decoded frame, from 0. */
  readonly frame: number;
  /** Presentation time in seconds from the start of the video. */
  readonly ptsSeconds: number;
  /** The surest first; empty where nothing was found. */
  readonly detections: readonly Detection[];
}
