import { describe, expect, it } from "vitest";
import { inverseOrientation, turnBox } from "./turn-box.js";

describe("turnBox", () => {
  it.each([
    [1, [0, 0, 0.1, 0.2]],
    [2, [0.9, 0, 1, 0.2]],
    [3, [0.9, 0.8, 1, 1]],
    [4, [0, 0.8, 0.1, 1]],
    [5, [0, 0, 0.2, 0.1]],
    [6, [0.8, 0, 1, 0.1]],
    [7, [0.8, 0.9, 1, 1]],
    [8, [0, 0.9, 0.2, 1]],
  ])("brings the top left corner to where EXIF orientation %d shows it", (orientation, expected) => {
    expect(turnBox([0, 0, 0.1, 0.2], orientation)).toEqual(expected);
  });

  it.each([
    [1, [0.1, 0.2, 0.4, 0.7]],
    [2, [0.6, 0.2, 0.9, 0.7]],
    [3, [0.6, 0.3, 0.9, 0.8]],
    [4, [0.1, 0.3, 0.4, 0.8]],
    [5, [0.2, 0.1, 0.7, 0.4]],
    [6, [0.3, 0.1, 0.8, 0.4]],
    [7, [0.3, 0.6, 0.8, 0.9]],
    [8, [0.2, 0.6, 0.7, 0.9]],
  ] as const)(
    "turns a box in the midst by orientation %d, and back by its inverse",
    (orientation, expected) => {
      const turned = turnBox([0.1, 0.2, 0.4, 0.7], orientation);
      for (const [n, side] of expected.entries()) expect(turned[n]).toBeCloseTo(side, 12);
      const back = turnBox(turned, inverseOrientation(orientation));
      for (const [n, side] of [0.1, 0.2, 0.4, 0.7].entries()) expect(back[n]).toBeCloseTo(side, 12);
    },
  );
});
