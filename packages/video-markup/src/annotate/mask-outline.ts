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
 */
export function maskOutlines(mask: DetectionMask, tolerance = 1.05): Point[][] {
  const { width, height } = mask;
  const bitmap = decodeMask(mask);
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && bitmap[y * width + x] === 1;
  const [x1, y1, x2, y2] = mask.xyxy;
  const toSource = (x: number, y: number): Point => [
    x1 + (x * (x2 - x1)) / width,
    y1 + (y * (y2 - y1)) / height,
  ];
  // Walk along cell edges with the inside on the right hand; each top edge belongs to one ring.
  const walked = new Uint8Array((width + 1) * (height + 1));
  const rings: Point[][] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y) || inside(x, y - 1) || walked[y * (width + 1) + x]) continue;
      const ring = simplifyRing(followEdge(x, y, inside, walked, width), tolerance);
      rings.push(ring.map(([px, py]) => toSource(px, py)));
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
