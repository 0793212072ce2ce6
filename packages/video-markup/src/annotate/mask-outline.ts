import type { DetectionMask } from "../detection.js";
import { decodeMask } from "../detectors/masks.js";
import type { Point } from "./draw-line.js";
import { simplifyRing } from "./simplify-ring.js";

/**
 * The outlines of a mask in source pixels: one closed ring for each outer edge and each hole, outer edges
 * clockwise on the picture.
 *
 * @param tolerance How far, in cells of the bitmap, a ring may leave the cells' edges to be smooth
 *   (Douglas and Peucker). Default 1.05, which takes the steps out of slanted edges; 0 follows every cell.
 * @throws RangeError when the mask's runs do not add up to its bitmap.
 * @example
 * maskOutlines({ xyxy: [10, 10, 18, 14], width: 2, height: 1, runs: [0, 2] });
 * // [[[10, 10], [18, 10], [18, 14], [10, 14]]]
 */
export function maskOutlines(mask: DetectionMask, tolerance = 1.05): Point[][] {
  return cellRings(mask).map((ring) => toSource(simplifyRing(ring, tolerance), mask));
}

/** Rings of fewer unit edges are specks, of which smoothing would leave nothing. */
const SHORTEST_SMOOTHED = 12;

/** Times that each point of a smoothed ring is averaged with its neighbours; more would round corners off. */
const PASSES = 2;

/** A closed ring of points in source pixels, in columns. */
export interface RingColumns {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * The outlines as curves in source pixels: through the middles of the cells' edges, each point averaged with its
 * neighbours along the ring. What a large cell's corners say of the object's edge is less than where they lie in a row.
 */
export function smoothOutlines(mask: DetectionMask): RingColumns[] {
  const { xyxy, width, height } = mask;
  const [x1, y1, x2, y2] = xyxy;
  return cellRings(mask).map((ring) => {
    let { x, y } = edgeMiddles(ring);
    if (x.length < SHORTEST_SMOOTHED) {
      x = Float64Array.from(ring, (point) => point[0]);
      y = Float64Array.from(ring, (point) => point[1]);
    } else {
      for (let pass = 0; pass < PASSES; pass++) [x, y] = [averaged(x), averaged(y)];
    }
    return {
      x: x.map((value) => x1 + (value * (x2 - x1)) / width),
      y: y.map((value) => y1 + (value * (y2 - y1)) / height),
    };
  });
}

/** The middle of every cell's edge that the ring goes along. */
function edgeMiddles(ring: readonly Point[]): RingColumns {
  const x: number[] = [];
  const y: number[] = [];
  let [fromX, fromY] = ring.at(-1)!;
  for (const [toX, toY] of ring) {
    const length = Math.abs(toX - fromX) + Math.abs(toY - fromY);
    const stepX = Math.sign(toX - fromX);
    const stepY = Math.sign(toY - fromY);
    for (let k = 0.5; k < length; k++) {
      x.push(fromX + stepX * k);
      y.push(fromY + stepY * k);
    }
    [fromX, fromY] = [toX, toY];
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y) };
}

/** Each value of a closed row with its two neighbours on either side, by the binomial weights 1, 4, 6, 4, 1. */
function averaged(values: Float64Array): Float64Array {
  const { length } = values;
  const out = new Float64Array(length);
  let [a, b, c, d] = [values[length - 2]!, values[length - 1]!, values[0]!, values[1]!];
  for (let i = 0; i < length; i++) {
    const e = values[i + 2 < length ? i + 2 : i + 2 - length]!;
    out[i] = (a + e + 4 * (b + d) + 6 * c) / 16;
    [a, b, c, d] = [b, c, d, e];
  }
  return out;
}

function toSource(ring: readonly Point[], { xyxy: [x1, y1, x2, y2], width, height }: DetectionMask): Point[] {
  return ring.map(([x, y]) => [x1 + (x * (x2 - x1)) / width, y1 + (y * (y2 - y1)) / height]);
}

/** The corners of every ring along the cells' edges, in cells. */
function cellRings(mask: DetectionMask): Point[][] {
  const { width, height } = mask;
  const bitmap = decodeMask(mask);
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && bitmap[y * width + x] === 1;
  // Walk along cell edges with the inside on the right hand; each top edge belongs to one ring.
  const walked = new Uint8Array((width + 1) * (height + 1));
  const rings: Point[][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y) || inside(x, y - 1) || walked[y * (width + 1) + x]) continue;
      rings.push(followEdge(x, y, inside, walked, width));
    }
  }
  return rings;
}
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** For each direction, the cell ahead on the left and ahead on the right of a lattice point. */
const AHEAD = [
  [0, -1, 0, 0],
  [0, 0, -1, 0],
  [-1, 0, -1, -1],
  [-1, -1, 0, -1],
] as const;

function followEdge(
  startX: number,
  startY: number,
  inside: (x: number, y: number) => boolean,
  walked: Uint8Array,
  width: number,
): [x: number, y: number][] {
  const ring: [number, number][] = [[startX, startY]];
  let x = startX;
  let y = startY;
  let direction = 0;
  for (;;) {
    if (direction === 0) walked[y * (width + 1) + x] = 1;
    x += STEPS[direction]![0];
    y += STEPS[direction]![1];
    if (x === startX && y === startY) {
      // Back at the start with nothing left but the first edge, or crossing it at a diagonal touch.
      const next = turn(direction, x, y, inside);
      if (next === 0) return ring;
      ring.push([x, y]);
      direction = next;
      continue;
    }
    const next = turn(direction, x, y, inside);
    if (next !== direction) ring.push([x, y]);
    direction = next;
  }
}

/** Where the edge goes on from a lattice point; diagonal cells are taken as touching. */
function turn(direction: number, x: number, y: number, inside: (x: number, y: number) => boolean): number {
  const [lx, ly, rx, ry] = AHEAD[direction]!;
  if (inside(x + lx, y + ly)) return (direction + 3) % 4;
  return inside(x + rx, y + ry) ? direction : (direction + 1) % 4;
}
