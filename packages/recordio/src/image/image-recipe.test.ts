import { describe, expect, it } from "vitest";
import { targetSize } from "./image-recipe.js";

describe("targetSize", () => {
  const shortEdge = { kind: "short-edge", pixels: 210 } as const;
  it.each([
    ["landscape", 640, 480, { resize: shortEdge, centerCrop: false }, 280, 210],
    ["portrait", 480, 641, { resize: shortEdge, centerCrop: false }, 210, 280],
    ["crop first", 640, 480, { resize: shortEdge, centerCrop: true }, 210, 210],
    ["as it is", 5, 7, { resize: undefined, centerCrop: false }, 5, 7],
    [
      "exact",
      640,
      480,
      { resize: { kind: "exact", width: 10, height: 20 } as const, centerCrop: false },
      10,
      20,
    ],
    [
      "fit",
      640,
      480,
      { resize: { kind: "fit", width: 100, height: 100 } as const, centerCrop: false },
      100,
      75,
    ],
    [
      "fit never enlarges",
      64,
      48,
      { resize: { kind: "fit", width: 100, height: 100 } as const, centerCrop: false },
      64,
      48,
    ],
    [
      "fit keeps a pixel",
      1000,
      1,
      { resize: { kind: "fit", width: 10, height: 10 } as const, centerCrop: false },
      10,
      1,
    ],
  ])("%s", (_, width, height, recipe, newWidth, newHeight) => {
    expect(targetSize(width, height, recipe)).toEqual({ width: newWidth, height: newHeight });
  });
});
