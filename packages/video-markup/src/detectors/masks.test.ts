import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMask, encodeMask, maskArea, maskCells } from "./masks.js";

describe("mask runs", () => {
  it("begins with a run outside, empty when the first cell is inside", () => {
    expect(encodeMask(new Uint8Array([1, 1, 0, 0, 0, 1]), 3, 2, [0, 0, 3, 2]).runs).toEqual([0, 2, 3, 1]);
    expect(encodeMask(new Uint8Array(6), 3, 2, [0, 0, 3, 2]).runs).toEqual([6]);
  });

  it("gives back every bitmap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.boolean()),
        (width, height, bits) => {
          const bitmap = Uint8Array.from({ length: width * height }, () => Number(bits.next().value));
          const mask = encodeMask(bitmap, width, height, [0, 0, width, height]);
          expect(decodeMask(mask)).toEqual(bitmap);
          expect(maskCells(mask)).toBe(bitmap.reduce((sum, bit) => sum + bit, 0));
        },
      ),
    );
  });

  it("measures the area in source pixels", () => {
    expect(maskArea({ xyxy: [0, 0, 20, 10], width: 4, height: 2, runs: [4, 4] })).toBe(100);
  });

  it("refuses runs that do not fill the bitmap", () => {
    expect(() => decodeMask({ xyxy: [0, 0, 2, 2], width: 2, height: 2, runs: [1, 2] })).toThrow(
      /add up to 3 cells instead of 4/,
    );
  });
});
