import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Xyxy } from "../detection.js";
import { placeLabels } from "./place-labels.js";

const frame = { width: 640, height: 360 };
const tag = { width: 60, height: 16 };

function overlap(a: readonly [number, number], b: readonly [number, number]): number {
  const across = tag.width - Math.abs(a[0] - b[0]);
  const down = tag.height - Math.abs(a[1] - b[1]);
  return across > 0 && down > 0 ? across * down : 0;
}

describe("placeLabels", () => {
  it("puts a label alone above its box, and into it at the frame's top", () => {
    expect(placeLabels([{ box: [100, 50, 200, 90], tag }], frame)).toEqual([[100, 34]]);
    expect(placeLabels([{ box: [100, 7, 200, 90], tag }], frame)).toEqual([[100, 6]]);
  });

  it("gives the first label its place and moves the second", () => {
    const box: Xyxy = [100, 50, 200, 90];
    const [first, second] = placeLabels(
      [
        { box, tag },
        { box, tag },
      ],
      frame,
    );
    expect(first).toEqual([100, 34]);
    expect(overlap(first!, second!)).toBe(0);
  });

  it("finds eight labels of one box places that do not touch", () => {
    const box: Xyxy = [300, 150, 420, 220];
    const places = placeLabels(
      Array.from({ length: 8 }, () => ({ box, tag })),
      frame,
    );
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) expect(overlap(a, b)).toBe(0);
    }
  });

  it("keeps every label in the frame, whatever the boxes, and the first where it would be alone", () => {
    const edge = fc.double({ min: -100, max: 700, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(edge, edge, edge, edge), { minLength: 1, maxLength: 20 }), (corners) => {
        const boxes = corners.map(
          ([a, b, c, d]): Xyxy => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)],
        );
        const places = placeLabels(
          boxes.map((box) => ({ box, tag })),
          frame,
        );
        for (const [x, y] of places) {
          const inside = x >= 0 && x + tag.width <= frame.width && y >= 0 && y + tag.height <= frame.height;
          expect(inside).toBe(true);
        }
        expect(places[0]).toEqual(placeLabels([{ box: boxes[0]!, tag }], frame)[0]);
      }),
    );
  });
});
