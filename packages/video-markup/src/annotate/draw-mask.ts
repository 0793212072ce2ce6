import type { DetectionMask } from "../detection.js";
import type { YuvColor } from "./color.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Blends a mask's area with a colour. Runs become spans of whole samples: no cell is looked at singly. */
export function drawMask(frame: Yuv420Frame, mask: DetectionMask, color: YuvColor, opacity: number): void {
  const spans = spansByRow(mask);
  const chromaWidth = (frame.width + 1) >> 1;
  const chromaHeight = (frame.height + 1) >> 1;
  blendSpans(frame.y, frame.width, frame.height, 1, mask, spans, color.y, opacity);
  blendSpans(frame.u, chromaWidth, chromaHeight, 2, mask, spans, color.u, opacity);
  blendSpans(frame.v, chromaWidth, chromaHeight, 2, mask, spans, color.v, opacity);
}

/** For each row of the bitmap its inside spans as column pairs: first, one past the last. */
export function spansByRow(mask: DetectionMask): number[][] {
  const rows: number[][] = Array.from({ length: mask.height }, () => []);
  let at = 0;
  for (let run = 0; run < mask.runs.length; run++) {
    const end = at + mask.runs[run]!;
    if (run % 2 === 1) {
      for (let from = at; from < end; ) {
        const row = Math.floor(from / mask.width);
        const to = Math.min(end, (row + 1) * mask.width);
        rows[row]?.push(from - row * mask.width, to - row * mask.width);
        from = to;
      }
    }
    at = end;
  }
  return rows;
}

function blendSpans(
  plane: Uint8Array,
  width: number,
  height: number,
  subsampling: number,
  mask: DetectionMask,
  spans: readonly (readonly number[])[],
  value: number,
  opacity: number,
): void {
  const table = Uint8Array.from({ length: 256 }, (_, old) => Math.round(old + (value - old) * opacity));
  const [x1, y1, x2, y2] = mask.xyxy.map((edge) => edge / subsampling) as [number, number, number, number];
  const scaleX = (x2 - x1) / mask.width;
  const perRow = mask.height / (y2 - y1);
  const firstRow = Math.max(0, Math.ceil(y1 - 0.5));
  const endRow = Math.min(height, Math.ceil(y2 - 0.5));
  for (let row = firstRow; row < endRow; row++) {
    const source = spans[Math.min(mask.height - 1, Math.floor((row + 0.5 - y1) * perRow))]!;
    for (let i = 0; i < source.length; i += 2) {
      // A sample belongs to the span that holds its centre.
      const from = Math.max(0, Math.ceil(x1 + source[i]! * scaleX - 0.5));
      const to = Math.min(width, Math.ceil(x1 + source[i + 1]! * scaleX - 0.5));
      const end = row * width + to;
      for (let at = row * width + from; at < end; at++) plane[at] = table[plane[at]!]!;
    }
  }
}
