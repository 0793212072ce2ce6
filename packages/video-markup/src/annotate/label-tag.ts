import { type Rgb, toYuv, wantsDarkText } from "./color.js";
import { drawText } from "./text.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** A coloured tag with text, ready to be copied into a frame at an even position. */
export interface LabelTag {
  /** Even. */
  readonly width: number;
  /** Even. */
  readonly height: number;
  readonly y: Uint8Array;
  /** `width / 2 * height / 2` samples. */
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** Bytes of tags kept by one cache: some 1,400 labels of 720p; confidences and track ids make many texts. */
const MAX_BYTES = 8_000_000;

/** Makes tags, each text and colour once: copying one costs a fraction of drawing it. */
export function tagCache(
  textSize: number,
  frame: Pick<Yuv420Frame, "height" | "range" | "matrix">,
): (text: string, background: Rgb) => LabelTag {
  const tags = new Map<string, LabelTag>();
  const ramps = new Map<Rgb, TagRamp>();
  let bytes = 0;
  return (text, background) => {
    const key = `${background.join()} ${text}`;
    const known = tags.get(key);
    if (known) return known;
    // The oldest go: texts come and go with the tracks they name.
    for (const [oldest, { y }] of tags) {
      if (bytes <= MAX_BYTES) break;
      tags.delete(oldest);
      bytes -= y.length * 1.5;
    }
    let ramp = ramps.get(background);
    if (!ramp) {
      ramp = tagRamp(background, frame);
      ramps.set(background, ramp);
    }
    const tag = makeTag(text, textSize, ramp);
    tags.set(key, tag);
    bytes += tag.y.length * 1.5;
    return tag;
  };
}

/** The samples from the tag's ground (0) to its text (255). */
interface TagRamp {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

function tagRamp(background: Rgb, frame: Pick<Yuv420Frame, "height" | "range" | "matrix">): TagRamp {
  const back = toYuv(background, frame);
  const front = toYuv(wantsDarkText(background) ? BLACK : WHITE, frame);
  const ramp = (from: number, to: number) =>
    Uint8Array.from({ length: 256 }, (_, share) => Math.round(from + ((to - from) * share) / 255));
  return { y: ramp(back.y, front.y), u: ramp(back.u, front.u), v: ramp(back.v, front.v) };
}

function makeTag(text: string, textSize: number, ramp: TagRamp): LabelTag {
  const bitmap = drawText(text, textSize);
  const side = Math.max(2, Math.round(textSize * 0.3));
  const above = Math.max(2, Math.round(textSize * 0.2));
  const width = even(bitmap.width + 2 * side);
  // Every tag of a size is as tall as one with a descender, so that tags in a row line up.
  const height = even(bitmap.ascent + Math.ceil(textSize * 0.24) + above);
  const coverage = new Uint8Array(width * height);
  const rows = Math.min(bitmap.height, height - above);
  for (let row = 0; row < rows; row++) {
    const line = bitmap.coverage.subarray(row * bitmap.width, (row + 1) * bitmap.width);
    coverage.set(line, (row + above) * width + side);
  }
  const y = new Uint8Array(width * height);
  for (let i = 0; i < y.length; i++) y[i] = ramp.y[coverage[i]!]!;
  const u = new Uint8Array((width / 2) * (height / 2));
  const v = new Uint8Array(u.length);
  for (let row = 0, to = 0; row < height; row += 2) {
    for (let at = row * width; at < (row + 1) * width; at += 2, to++) {
      const four = coverage[at]! + coverage[at + 1]! + coverage[at + width]! + coverage[at + width + 1]!;
      u[to] = ramp.u[four >> 2]!;
      v[to] = ramp.v[four >> 2]!;
    }
  }
  return { width, height, y, u, v };
}

/** Copies a tag into the frame, its top left corner at the even position at or before (`x`, `y`), clipped. */
export function drawTag(frame: Yuv420Frame, tag: LabelTag, x: number, y: number): void {
  const left = even(Math.floor(x) - 1);
  const top = even(Math.floor(y) - 1);
  copy(tag.y, tag.width, tag.height, frame.y, frame.width, frame.height, left, top);
  const width = (frame.width + 1) >> 1;
  const height = (frame.height + 1) >> 1;
  copy(tag.u, tag.width / 2, tag.height / 2, frame.u, width, height, left / 2, top / 2);
  copy(tag.v, tag.width / 2, tag.height / 2, frame.v, width, height, left / 2, top / 2);
}

function copy(
  from: Uint8Array,
  fromWidth: number,
  fromHeight: number,
  to: Uint8Array,
  toWidth: number,
  toHeight: number,
  left: number,
  top: number,
): void {
  const firstColumn = Math.max(0, -left);
  const columns = Math.min(fromWidth, toWidth - left);
  const rows = Math.min(fromHeight, toHeight - top);
  for (let row = Math.max(0, -top); row < rows; row++) {
    const source = row * fromWidth;
    const target = (top + row) * toWidth + left;
    for (let column = firstColumn; column < columns; column++) to[target + column] = from[source + column]!;
  }
}

/** The even number at or above a whole number. */
function even(value: number): number {
  return value + (value & 1);
}
