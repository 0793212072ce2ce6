import { describe, expect, it } from "vitest";
import { encodeMask } from "../detectors/masks.js";
import { drawMask } from "./draw-mask.js";
import { yuv420ByteLength, yuv420Frame } from "./yuv-frame.js";

const side = 160;
const white = { y: 255, u: 255, v: 255 };

/** What a mask of cells of `cell` pixels, cut out of a shape, covers of a black frame: 0 to 255 a pixel. */
function drawn(cell: number, inside: (x: number, y: number) => boolean): Uint8Array {
  const cells = side / cell;
  const bitmap = Uint8Array.from({ length: cells * cells }, (_, i) =>
    Number(inside(((i % cells) + 0.5) * cell, (Math.floor(i / cells) + 0.5) * cell)),
  );
  const frame = yuv420Frame(new Uint8Array(yuv420ByteLength(side, side)), side, side);
  drawMask(frame, encodeMask(bitmap, cells, cells, [0, 0, side, side]), white, 1);
  return frame.y;
}

/** Where each row of a drawn shape ends on the right, to a fraction of a pixel. */
function rightEdges(y: Uint8Array, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, row) => {
    const line = y.subarray((from + row) * side, (from + row + 1) * side);
    const start = line.indexOf(255);
    return start + line.subarray(start).reduce((sum, value) => sum + value / 255, 0);
  });
}

describe("drawMask", () => {
  const disc = (x: number, y: number) => Math.hypot(x - 80, y - 80) < 60;
  const steepest = (edges: readonly number[]) =>
    Math.max(...edges.slice(1).map((edge, i) => Math.abs(edge - edges[i]!)));

  it("draws a round edge of 4-pixel cells without their steps", () => {
    // Between 45 degrees above and below the middle a circle's edge moves a pixel a row at most.
    expect(steepest(rightEdges(drawn(4, disc), 40, 120))).toBeLessThan(1.7);
  });

  it("stays where the object is: two pixels off at most, and as large", () => {
    const y = drawn(4, disc);
    for (const [i, edge] of rightEdges(y, 40, 120).entries()) {
      const exact = 80 + Math.sqrt(60 ** 2 - (i + 40.5 - 80) ** 2);
      expect(Math.abs(edge - exact)).toBeLessThan(2);
    }
    const area = y.reduce((sum, value) => sum + value / 255, 0);
    expect(area / (Math.PI * 60 ** 2)).toBeGreaterThan(0.98);
    expect(area / (Math.PI * 60 ** 2)).toBeLessThan(1.02);
  });

  it("keeps a straight edge straight, and where it is", () => {
    const edges = rightEdges(
      drawn(4, (x, y) => x < 80 && y > 20 && y < 140),
      40,
      120,
    );
    for (const edge of edges) expect(edge).toBeCloseTo(80, 1);
  });

  it("leaves a hole open", () => {
    const y = drawn(4, (x, y) => disc(x, y) && Math.hypot(x - 80, y - 80) > 30);
    expect(y[80 * side + 80]).toBe(0);
    expect(y[80 * side + 30]).toBe(255);
  });

  it("takes cells as small as pixels as they lie", () => {
    const y = drawn(1, (x, y) => x + y < 100);
    expect(new Set(y)).toEqual(new Set([0, 255]));
    expect(y.reduce((sum, value) => sum + value / 255, 0)).toBe((99 * 100) / 2);
  });
});
