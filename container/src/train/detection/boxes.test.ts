import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, decodeBox, encodeBox, suppress } from "./boxes.js";

const side = fc.double({ min: 0.01, max: 0.9, noNaN: true });
const box = fc.tuple(side, side, side, side).map(([x, y, w, h]): Box => {
  const [width, height] = [w * (1 - x), h * (1 - y)];
  return [x, y, x + width, y + height];
});

describe("boxes", () => {
  it("are offsets from an anchor, in SSD's variances", () => {
    // An anchor of 0.2 x 0.4 at 0.5, 0.5; the box is 0.02 to the right and twice as wide.
    const anchor: Box = [0.4, 0.3, 0.6, 0.7];
    const offsets = encodeBox(anchor, [0.32, 0.3, 0.72, 0.7]);
    for (const [i, expected] of [1, 0, Math.log(2) / 0.2, 0].entries())
      expect(offsets[i]).toBeCloseTo(expected, 9);
  });

  it("come back from their offsets, whatever the anchor", () => {
    fc.assert(
      fc.property(box, box, (anchor, wanted) => {
        const back = decodeBox(anchor, encodeBox(anchor, wanted));
        for (const [i, edge] of back.entries()) expect(edge).toBeCloseTo(wanted[i]!, 9);
      }),
    );
  });

  it("are left out by a better one of their class at the threshold itself, and by none of another class", () => {
    const found = (classId: number, score: number, left: number) =>
      ({ classId, score, box: [left, 0, left + 0.5, 0.5] }) as const;
    const best = found(0, 0.9, 0);
    const third = found(0, 0.8, 0.25);
    const other = found(1, 0.7, 0);
    expect(suppress([third, other, best], 1 / 3, 400)).toEqual([best, other]);
    expect(suppress([third, other, best], 0.34, 400)).toEqual([best, third, other]);
    expect(suppress([third, other, best], 0.34, 1)).toEqual([best]);
  });
});
