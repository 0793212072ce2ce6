import { describe, expect, it } from "vitest";
import { turnBox } from "./turn-box.js";

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
});
