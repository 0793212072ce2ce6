import { describe, expect, it } from "vitest";
import { classWeights } from "./choose-answers.js";

describe("classWeights", () => {
  it("makes all classes weigh the same together, with one class a picture", () => {
    const labels = [[0], [0], [0], [1]];
    expect(classWeights(labels, 2, false)).toEqual([4 / 6, 2]);
  });

  it("makes the pictures with a class weigh as those without it, with several", () => {
    expect(classWeights([[0], [0, 1], [0], []], 2, true)).toEqual([1 / 3, 3]);
  });

  it.each([
    ["a class that never occurs", [[0], [0]], [1, 1]],
    ["a class that every picture has", [[0, 1], [0]], [1, 1]],
  ])("is 1 for %s", (_, labels, weights) => {
    expect(classWeights(labels, 2, true)).toEqual(weights);
  });

  it("is at most 100", () => {
    const labels = Array.from({ length: 1000 }, (_, i) => (i === 0 ? [1] : [0]));
    expect(classWeights(labels, 2, false)[1]).toBe(100);
    expect(classWeights(labels, 2, true)[1]).toBe(100);
  });
});
