import type { Point } from "./draw-line.js";

/**
 * Leaves out corners of a closed ring that lie within `tolerance` of the line without them
 * (Douglas and Peucker), anchored at the first corner and the one farthest from it.
 */
export function simplifyRing(ring: readonly Point[], tolerance: number): Point[] {
  if (tolerance <= 0 || ring.length <= 4) return [...ring];
  let far = 0;
  for (let i = 1; i < ring.length; i++) {
    if (distance(ring[i]!, ring[0]!, ring[0]!) > distance(ring[far]!, ring[0]!, ring[0]!)) far = i;
  }
  const closed = [...ring, ring[0]!];
  const keep = new Uint8Array(closed.length);
  keep[0] = 1;
  keep[far] = 1;
  markCorners(closed, 0, far, tolerance, keep);
  markCorners(closed, far, closed.length - 1, tolerance, keep);
  const kept = ring.filter((_, index) => keep[index] === 1);
  return kept.length >= 3 ? kept : [...ring];
}

function markCorners(
  points: readonly Point[],
  first: number,
  last: number,
  tolerance: number,
  keep: Uint8Array,
): void {
  // A stack instead of recursion: rings of large masks have tens of thousands of corners.
  const stack: [number, number][] = [[first, last]];
  for (let span = stack.pop(); span; span = stack.pop()) {
    const [from, to] = span;
    let worst = tolerance;
    let at = -1;
    for (let i = from + 1; i < to; i++) {
      const away = distance(points[i]!, points[from]!, points[to]!);
      if (away > worst) {
        worst = away;
        at = i;
      }
    }
    if (at < 0) continue;
    keep[at] = 1;
    stack.push([from, at], [at, to]);
  }
}

/** Distance of a point from the segment between two others. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const dx = bx - ax;
  const dy = by - ay;
  const squared = dx * dx + dy * dy;
  const t = squared > 0 ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / squared)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
