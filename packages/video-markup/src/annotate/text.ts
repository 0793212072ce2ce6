import { addEdge, type CoverageBuffer, coverageBuffer, coverageBytes } from "./coverage.js";
import { type Glyph, glyphFor, type OutlinePoint, UNITS_PER_EM } from "./font.js";
import { capHeight, xHeight } from "./font-data.js";

/** One character drawn at one size. */
interface GlyphBitmap {
  readonly width: number;
  readonly height: number;
  /** Pixels from the pen to the bitmap's left edge. */
  readonly left: number;
  /** Pixels from the baseline up to the bitmap's top edge. */
  readonly top: number;
  readonly advance: number;
  /** 0 to 255. */
  readonly coverage: Uint8Array;
}

/** A line of text as a coverage bitmap. */
export interface TextBitmap {
  readonly width: number;
  readonly height: number;
  /** Rows from the top to the baseline. */
  readonly ascent: number;
  /** 0 outside to 255 inside. */
  readonly coverage: Uint8Array;
}

/** Heights that letters share, in font units; at small sizes they are moved to whole pixels. */
const ASCENDER = 778;
const ZONES = [0, xHeight, capHeight, ASCENDER];

/** Round letters pass a zone by up to this much; within it they are flattened onto it. */
const OVERSHOOT = 24;

/** Straight pieces of a curve: enough for the largest sizes that labels have. */
const CURVE_STEPS = 6;

/** Sizes whose bitmaps are kept: bounds the memory of a process that labels at many sizes. */
const MAX_SIZES = 16;
const bitmapsOfSize = new Map<number, Map<number, GlyphBitmap>>();

/** Height of capitals in whole pixels at a text size. */
export function capPixels(textSize: number): number {
  return Math.round((capHeight * textSize) / UNITS_PER_EM);
}

/**
 * Draws one line of text. Each character is antialiased by exact area, its baseline, x height and capital
 * height on whole pixels, so that it is crisp at any size.
 *
 * @param textSize Pixels of the em, about 1.4 times the height of a capital.
 */
export function drawText(text: string, textSize: number): TextBitmap {
  const glyphs = Array.from(text, (character) => bitmapFor(character.codePointAt(0)!, textSize));
  const ascent = Math.max(capPixels(textSize), ...glyphs.map(({ top }) => top));
  const descent = Math.max(0, ...glyphs.map(({ top, height }) => height - top));
  const width = Math.max(1, endOf(glyphs));
  const height = ascent + descent;
  const coverage = new Uint8Array(width * height);
  let pen = 0;
  for (const glyph of glyphs) {
    for (let row = 0; row < glyph.height; row++) {
      const to = (ascent - glyph.top + row) * width + pen + glyph.left;
      for (let x = 0; x < glyph.width; x++) {
        const value = glyph.coverage[row * glyph.width + x]!;
        // Neighbours may touch where a letter reaches over its advance.
        if (value > 0 && pen + glyph.left + x >= 0)
          coverage[to + x] = Math.min(255, coverage[to + x]! + value);
      }
    }
    pen += glyph.advance;
  }
  return { width, height, ascent, coverage };
}

function endOf(glyphs: readonly GlyphBitmap[]): number {
  let pen = 0;
  let end = 0;
  for (const glyph of glyphs) {
    end = Math.max(end, pen + glyph.left + glyph.width, pen + glyph.advance);
    pen += glyph.advance;
  }
  return end;
}

function bitmapFor(codePoint: number, textSize: number): GlyphBitmap {
  let bitmaps = bitmapsOfSize.get(textSize);
  if (!bitmaps) {
    if (bitmapsOfSize.size >= MAX_SIZES) bitmapsOfSize.clear();
    bitmaps = new Map();
    bitmapsOfSize.set(textSize, bitmaps);
  }
  let bitmap = bitmaps.get(codePoint);
  if (!bitmap) {
    bitmap = rasterize(glyphFor(codePoint), textSize);
    bitmaps.set(codePoint, bitmap);
  }
  return bitmap;
}

function rasterize(glyph: Glyph, textSize: number): GlyphBitmap {
  const scale = textSize / UNITS_PER_EM;
  const fitY = zoneFitter(scale);
  const contours = glyph.contours.map((contour) =>
    contour.map((point) => ({ ...point, x: point.x * scale, y: fitY(point.y) })),
  );
  const points = contours.flat();
  const left = Math.floor(Math.min(0, ...points.map(({ x }) => x)));
  const top = Math.ceil(Math.max(0, ...points.map(({ y }) => y)));
  const width = Math.ceil(Math.max(0, ...points.map(({ x }) => x))) - left;
  const height = top - Math.floor(Math.min(0, ...points.map(({ y }) => y)));
  const advance = Math.round(glyph.advance * scale);
  const buffer = coverageBuffer(width, height);
  for (const contour of contours) addContour(buffer, contour, -left, top);
  return { width, height, left, top, advance, coverage: coverageBytes(buffer) };
}

/** Maps heights so that each zone lands on a whole pixel, linearly in between. */
function zoneFitter(scale: number): (y: number) => number {
  const fitted = ZONES.map((zone) => Math.round(zone * scale));
  return (y) => {
    const flat = ZONES.findIndex((zone) => Math.abs(y - zone) <= OVERSHOOT * Number(zone !== ASCENDER));
    if (flat >= 0) return fitted[flat]!;
    const above = ZONES.findIndex((zone) => y < zone);
    if (above === 0) return y * scale;
    if (above < 0) return fitted.at(-1)! + (y - ZONES.at(-1)!) * scale;
    const low = ZONES[above - 1]!;
    const share = (y - low) / (ZONES[above]! - low);
    return fitted[above - 1]! + share * (fitted[above]! - fitted[above - 1]!);
  };
}

/** Flattens one TrueType contour (between two off-curve points lies an on-curve one) into edges. */
function addContour(
  buffer: CoverageBuffer,
  contour: readonly OutlinePoint[],
  offsetX: number,
  offsetY: number,
): void {
  const points = contour.map((point) => ({ ...point, x: point.x + offsetX, y: offsetY - point.y }));
  const explicit = points.flatMap((point, i) => {
    const next = points[(i + 1) % points.length]!;
    if (point.onCurve || next.onCurve) return [point];
    return [point, { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, onCurve: true }];
  });
  const start = explicit.findIndex(({ onCurve }) => onCurve);
  if (start < 0) return;
  const path = [...explicit.slice(start), ...explicit.slice(0, start + 1)];
  let pen = path[0]!;
  for (let i = 1; i < path.length; i++) {
    const point = path[i]!;
    if (point.onCurve) {
      addEdge(buffer, pen.x, pen.y, point.x, point.y);
      pen = point;
      continue;
    }
    const end = path[++i]!;
    let x = pen.x;
    let y = pen.y;
    for (let step = 1; step <= CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      const nextX = (1 - t) ** 2 * pen.x + 2 * t * (1 - t) * point.x + t * t * end.x;
      const nextY = (1 - t) ** 2 * pen.y + 2 * t * (1 - t) * point.y + t * t * end.y;
      addEdge(buffer, x, y, nextX, nextY);
      x = nextX;
      y = nextY;
    }
    pen = end;
  }
}
