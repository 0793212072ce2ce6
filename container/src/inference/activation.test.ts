import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activate, areProbabilities } from "./activation.js";

const logits = fc.array(fc.float({ min: -200, max: 200, noNaN: true }), { minLength: 1, maxLength: 50 });

describe("activate", () => {
  it("makes probabilities of any logits with softmax, in the same order", () => {
    const property = fc.property(logits, (row) => {
      const values = Float32Array.from(row);
      const answer = activate(values, "softmax");
      expect(areProbabilities(answer)).toBe(true);
      expect(answer[values.indexOf(Math.max(...values))]).toBe(Math.max(...answer));
    });
    fc.assert(property);
  });

  it.each([
    ["softmax", [1, 2, 3], [0.09003057, 0.24472848, 0.66524094]],
    ["softmax", [1000, 1000], [0.5, 0.5]],
    ["sigmoid", [0, 2, -1000], [0.5, 0.8807971, 0]],
    ["none", [3, -1], [3, -1]],
  ] as const)("%s of %j", (activation, values, expected) => {
    const answer = activate(Float32Array.from(values), activation);
    for (const [i, value] of answer.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
  });
});

describe("areProbabilities", () => {
  it.each([
    [[0.2, 0.8], true],
    [[1], true],
    [[0.334, 0.334, 0.334], true],
    [[0.5, 0.6], false],
    [[2, -1], false],
    [[0, 0, 0], false],
    [[Number.NaN, 1], false],
  ])("%j: %s", (values, are) => {
    expect(areProbabilities(Float32Array.from(values))).toBe(are);
  });
});
