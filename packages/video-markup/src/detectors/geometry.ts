import type { Size } from "../detection.js";
import type { InputSpec } from "./input-spec.js";

/**
 * Where a source frame lies in the model's input: the content rectangle is whole pixels, and the
 * two axes have their own exact factor, so that a point can be taken back without a rounding error.
 */
export interface FrameGeometry {
  /** Upright source frame, in square pixels. */
  readonly source: Size;
  /** Model input. */
  readonly input: Size;
  /** Left edge of the content inside the input, in whole pixels. */
  readonly left: number;
  /** Top edge of the content inside the input, in whole pixels. */
  readonly top: number;
  /** Size of the content inside the input, in whole pixels: what the frame is scaled to. */
  readonly content: Size;
}

/**
 * Plans how a frame of `source` pixels is scaled and padded for `spec`. The decoder is to scale the
 * frame to `content` and place it at (`left`, `top`) of a canvas of `input` filled with `padValue`.
 *
 * Rounding follows each family's own preprocessing: YOLO rounds the scaled side and gives the odd
 * pixel of padding to the right and the bottom (ultralytics `LetterBox`); YOLOX truncates
 * (`preproc` in yolox/data/data_augment.py).
 *
 * @example
 * frameGeometry({ width: 1280, height: 720 }, { width: 640, height: 640, fit: "letterbox-center" });
 * // { source: { width: 1280, height: 720 }, input: { width: 640, height: 640 },
 * //   left: 0, top: 140, content: { width: 640, height: 360 } }
 */
export function frameGeometry(
  source: Size,
  spec: Pick<InputSpec, "width" | "height" | "fit">,
): FrameGeometry {
  const input = { width: spec.width, height: spec.height };
  if (spec.fit === "stretch") return { source, input, left: 0, top: 0, content: input };
  const ratio = Math.min(spec.width / source.width, spec.height / source.height);
  const round = spec.fit === "letterbox-center" ? roundHalfEven : Math.trunc;
  const side = (length: number, limit: number) => Math.min(limit, Math.max(1, round(length * ratio)));
  const content = { width: side(source.width, spec.width), height: side(source.height, spec.height) };
  if (spec.fit === "letterbox-top-left") return { source, input, left: 0, top: 0, content };
  const before = (total: number, inside: number) => Math.max(0, Math.round((total - inside) / 2 - 0.1));
  return {
    source,
    input,
    left: before(spec.width, content.width),
    top: before(spec.height, content.height),
    content,
  };
}

/**
 * Input x to source x, in pixels, unclamped.
 *
 * @example
 * toSourceX(frameGeometry({ width: 1280, height: 720 }, { width: 640, height: 640, fit: "letterbox-center" }), 320); // 640
 */
export function toSourceX(geometry: FrameGeometry, x: number): number {
  return ((x - geometry.left) * geometry.source.width) / geometry.content.width;
}

/**
 * Input y to source y, in pixels, unclamped.
 *
 * @example
 * toSourceY(frameGeometry({ width: 1280, height: 720 }, { width: 640, height: 640, fit: "letterbox-center" }), 140); // 0
 */
export function toSourceY(geometry: FrameGeometry, y: number): number {
  return ((y - geometry.top) * geometry.source.height) / geometry.content.height;
}

/**
 * Source x to input x, in pixels: the inverse of {@link toSourceX}.
 *
 * @example
 * toInputX(frameGeometry({ width: 1280, height: 720 }, { width: 640, height: 640, fit: "letterbox-center" }), 640); // 320
 */
export function toInputX(geometry: FrameGeometry, x: number): number {
  return (x * geometry.content.width) / geometry.source.width + geometry.left;
}

/**
 * Source y to input y, in pixels: the inverse of {@link toSourceY}.
 *
 * @example
 * toInputY(frameGeometry({ width: 1280, height: 720 }, { width: 640, height: 640, fit: "letterbox-center" }), 0); // 140
 */
export function toInputY(geometry: FrameGeometry, y: number): number {
  return (y * geometry.content.height) / geometry.source.height + geometry.top;
}

/** Python's `round`, which the reference implementations use. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
