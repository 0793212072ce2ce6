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

/** Tags kept by one cache: a few hundred kilobytes; confidences and track ids make many texts. */
const MAX_TAGS = 512;

/** Makes tags, each text and colour once: copying one costs a fraction of drawing it. */
export function tagCache(
  textSize: number,
  frame: Pick<Yuv420Frame, "height" | "range" | "matrix">,
): (text: string, background: Rgb) => LabelTag {
  const tags = new Map<string, LabelTag>();
  return (text, background) => {
    const key = `${background.join()} ${text}`;
    const known = tags.get(key);
    if (known) return known;
    // The oldest goes: texts come and go with the tracks they name.
    if (tags.size >= MAX_TAGS) tags.delete(tags.keys().next().value as string);
    const tag = makeTag(text, textSize, background, frame);
    tags.set(key, tag);
    return tag;
  };
}

/** Draws one tag. */
export function makeTag(
  text: string,
  textSize: number,
  background: Rgb,
  frame: Pick<Yuv420Frame, "height" | "range" | "matrix">,
): LabelTag {
  const bitmap = drawText(text, textSize);
  const side = Math.max(2, Math.round(textSize * 0.3));
  const above = Math.max(2, Math.round(textSize * 0.2));
  const width = even(bitmap.width + 2 * side);
  // Every tag of a size is as tall as one with a descender, so that tags in a row line up.
  const height = even(bitmap.ascent + Math.ceil(textSize * 0.24) + above);
  const back = toYuv(background, frame);
  const front = toYuv(wantsDarkText(background) ? BLACK : WHITE, frame);

  const coverage = new Uint8Array(width * height);
  const rows = Math.min(bitmap.height, height - above);
  for (let row = 0; row < rows; row++) {
    const line = bitmap.coverage.subarray(row * bitmap.width, (row + 1) * bitmap.width);
    coverage.set(line, (row + above) * width + side);
  }
  const y = new Uint8Array(width * height);
  for (let i = 0; i < y.length; i++) y[i] = between(back.y, front.y, coverage[i]! / 255);
  const u = new Uint8Array((width / 2) * (height / 2));
  const v = new Uint8Array(u.length);
  for (let row = 0, to = 0; row < height; row += 2) {
    for (let at = row * width; at < (row + 1) * width; at += 2, to++) {
      const four = coverage[at]! + coverage[at + 1]! + coverage[at + width]! + coverage[at + width + 1]!;
      u[to] = between(back.u, front.u, four / 1020);
      v[to] = between(back.v, front.v, four / 1020);
    }
  }
  return { width, height, y, u, v };
}

/** The sample `share` of the way from one to the other, rounded. */
function between(from: number, to: number, share: number): number {
  return (from + (to - from) * share + 0.5) | 0;
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
