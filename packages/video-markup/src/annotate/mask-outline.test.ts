import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeMask } from "../detectors/masks.js";
import { maskOutlines } from "./mask-outline.js";

function outlines(rows: readonly string[], tolerance = 0) {
  const width = rows[0]!.length;
  const bitmap = Uint8Array.from(rows.join(""), (cell) => (cell === "#" ? 1 : 0));
  return maskOutlines(encodeMask(bitmap, width, rows.length, [0, 0, width, rows.length]), tolerance);
}

/** Twice the signed area: positive when clockwise on the picture. */
function area(ring: readonly (readonly [number, number])[]): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}

describe("maskOutlines", () => {
  it("follows a rectangle with four corners", () => {
    expect(outlines(["....", ".##.", ".##.", "...."])).toEqual([
      [
        [1, 1],
        [3, 1],
        [3, 3],
        [1, 3],
      ],
    ]);
  });

  it("gives a hole its own ring, turning the other way", () => {
    const rings = outlines(["####", "#..#", "####"]);
    expect(rings.map(area)).toEqual([12, -2]);
  });

  it("adds up to the mask's cells whatever the bitmap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 120 }),
        (width, cells) => {
          const height = Math.ceil(cells.length / width);
          const bitmap = Uint8Array.from({ length: width * height }, (_, i) => Number(cells[i] ?? false));
          const rings = maskOutlines(encodeMask(bitmap, width, height, [0, 0, width, height]), 0);
          expect(rings.map(area).reduce((sum, one) => sum + one, 0)).toBe(
            bitmap.reduce((sum, cell) => sum + cell, 0),
          );
        },
      ),
    );
  });

  it("takes the steps out of a slanted edge", () => {
    const rows = Array.from({ length: 40 }, (_, y) => "#".repeat(y + 1).padEnd(40, "."));
    expect(outlines(rows)[0]!.length).toBeGreaterThan(70);
    expect(outlines(rows, 1.05)[0]!.length).toBeLessThan(8);
  });
});
