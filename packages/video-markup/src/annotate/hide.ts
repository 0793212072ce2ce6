import type { Xyxy } from "../detection.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Box blurs in a row: three come close to a Gaussian. */
const PASSES = 3;

/** Replaces each cell of `cell` x `cell` pixels inside the box by its mean. */
export function pixelate(frame: Yuv420Frame, box: Xyxy, cell: number): void {
  // Whole colour samples, so that brightness and colour cells coincide.
  const step = Math.max(4, Math.round(cell / 2) * 2);
  forEachPlane(frame, box, (plane, stride, area, subsampling) => {
    const side = step / subsampling;
    for (let top = area.top; top < area.bottom; top += side) {
      for (let left = area.left; left < area.right; left += side) {
        const right = Math.min(area.right, left + side);
        const bottom = Math.min(area.bottom, top + side);
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += plane[row * stride + column]!;
        }
        const mean = Math.round(sum / ((right - left) * (bottom - top)));
        for (let row = top; row < bottom; row++) plane.fill(mean, row * stride + left, row * stride + right);
      }
    }
  });
}

/** Blurs the inside of the box: three box blurs of `radius` pixels, close to a Gaussian. */
export function blur(frame: Yuv420Frame, box: Xyxy, radius: number): void {
  forEachPlane(frame, box, (plane, stride, area, subsampling) => {
    const reach = Math.max(1, Math.round(radius / subsampling));
    const width = area.right - area.left;
    const height = area.bottom - area.top;
    const line = new Uint8Array(Math.max(width, height) + 2 * reach + 1);
    for (let pass = 0; pass < PASSES; pass++) {
      for (let row = area.top; row < area.bottom; row++) {
        blurLine(plane, row * stride + area.left, 1, width, reach, line);
      }
      for (let column = area.left; column < area.right; column++) {
        blurLine(plane, area.top * stride + column, stride, height, reach, line);
      }
    }
  });
}

/** A running mean along a line of samples; `line` is scratch in which the ends are repeated. */
function blurLine(
  plane: Uint8Array,
  start: number,
  step: number,
  length: number,
  reach: number,
  line: Uint8Array,
): void {
  line.fill(plane[start]!, 0, reach);
  for (let i = 0, at = start; i < length; i++, at += step) line[reach + i] = plane[at]!;
  line.fill(plane[start + (length - 1) * step]!, reach + length, length + 2 * reach + 1);
  const count = 2 * reach + 1;
  const share = 1 / count;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += line[i]!;
  for (let i = 0, at = start; i < length; i++, at += step) {
    plane[at] = (sum * share + 0.5) | 0;
    sum += line[i + count]! - line[i]!;
  }
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function forEachPlane(
  frame: Yuv420Frame,
  [x1, y1, x2, y2]: Xyxy,
  change: (plane: Uint8Array, stride: number, area: Area, subsampling: number) => void,
): void {
  const chromaWidth = (frame.width + 1) >> 1;
  const chromaHeight = (frame.height + 1) >> 1;
  for (const [plane, width, height, subsampling] of [
    [frame.y, frame.width, frame.height, 1],
    [frame.u, chromaWidth, chromaHeight, 2],
    [frame.v, chromaWidth, chromaHeight, 2],
  ] as const) {
    // Outwards to whole colour samples: nothing of the box stays readable.
    const area = {
      left: Math.max(0, (Math.floor(x1 / 2) * 2) / subsampling),
      top: Math.max(0, (Math.floor(y1 / 2) * 2) / subsampling),
      right: Math.min(width, (Math.ceil(x2 / 2) * 2) / subsampling),
      bottom: Math.min(height, (Math.ceil(y2 / 2) * 2) / subsampling),
    };
    if (area.right > area.left && area.bottom > area.top) change(plane, width, area, subsampling);
  }
}
