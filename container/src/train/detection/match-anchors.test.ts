import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box, TruthBox } from "./boxes.js";
import { matchAnchors } from "./match-anchors.js";

const anchors = (...boxes: Box[]) => Float32Array.from(boxes.flat());
const object = (box: Box, classId = 0, difficult = false): TruthBox => ({ classId, box, difficult });

// Four quarters of the picture, and the whole of it.
const quarters = anchors(
  [0, 0, 0.5, 0.5],
  [0.5, 0, 1, 0.5],
  [0, 0.5, 0.5, 1],
  [0.5, 0.5, 1, 1],
  [0, 0, 1, 1],
);

describe("matchAnchors", () => {
  it("gives every object the anchor that overlaps it most, however little", () => {
    const { positives, classes } = matchAnchors(quarters, [object([0.6, 0.6, 0.7, 0.7], 2)]);
    expect([...positives]).toEqual([3]);
    expect([...classes]).toEqual([3]);
  });

  it("gives two objects that want one anchor to the one that overlaps more, and the other its next best", () => {
    const near = object([0, 0, 0.5, 0.45], 0);
    const far = object([0, 0, 0.4, 0.4], 1);
    const { positives, classes } = matchAnchors(quarters, [far, near]);
    expect([...positives]).toEqual([0, 4]);
    expect([...classes]).toEqual([1, 2]);
  });

  it("gives anchors that overlap an object by half or more to it as well", () => {
    const two = anchors([0, 0, 0.5, 0.5], [0, 0, 0.5, 0.6], [0.5, 0.5, 1, 1]);
    const { positives, offsets } = matchAnchors(two, [object([0, 0, 0.5, 0.5])]);
    expect([...positives]).toEqual([0, 1]);
    expect([...offsets.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    // The second anchor's middle is 0.05 lower, of a height of 0.6.
    expect(offsets[5]).toBeCloseTo(-0.05 / 0.6 / 0.1, 5);
    expect(offsets[7]).toBeCloseTo(Math.log(0.5 / 0.6) / 0.2, 5);
  });

  it("ignores anchors near a difficult object, and never learns it", () => {
    const { positives, ignored } = matchAnchors(quarters, [object([0, 0, 0.5, 0.4], 0, true)]);
    expect([...positives]).toEqual([]);
    expect([...ignored]).toEqual([0]);
  });

  it("gives each object at least one anchor of its own, where there are enough", () => {
    const share = fc.integer({ min: 0, max: 6 });
    const boxes = fc.array(
      fc.tuple(share, share).map(([x, y]) => object([x / 8, y / 8, x / 8 + 0.25, y / 8 + 0.25])),
      { maxLength: 5 },
    );
    const grid = anchors(
      ...Array.from({ length: 64 }, (_, i): Box => {
        const [x, y] = [(i % 8) / 8, Math.floor(i / 8) / 8];
        return [x - 0.1, y - 0.1, x + 0.3, y + 0.3];
      }),
    );
    fc.assert(
      fc.property(boxes, (truth) => {
        const { positives, classes, offsets } = matchAnchors(grid, truth);
        expect(positives.length).toBeGreaterThanOrEqual(truth.length);
        expect(classes.length).toBe(positives.length);
        expect(offsets.length).toBe(4 * positives.length);
        expect([...positives]).toEqual([...new Set(positives)].sort((a, b) => a - b));
      }),
    );
  });
});
