import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkRanges, gridChoices, type ParameterRanges, randomChoice } from "./parameter-ranges.js";

const rate = (MinValue: string, MaxValue: string, ScalingType = "Auto"): ParameterRanges => ({
  ContinuousParameterRanges: [{ Name: "rate", MinValue, MaxValue, ScalingType: ScalingType as "Auto" }],
});
const many = (ranges: ParameterRanges, name: string, count = 2000) =>
  Array.from({ length: count }, (_, index) => Number(randomChoice(ranges, "seed", index)[name]));
const shareBelow = (values: readonly number[], limit: number) =>
  values.filter((value) => value < limit).length / values.length;

describe("a random choice", () => {
  test("is within its range whatever the scale, and the same again for the same seed and number", () => {
    const scale = fc.constantFrom("Linear", "Logarithmic", "ReverseLogarithmic", "Auto");
    const ends = fc.tuple(
      fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
      fc.double({ min: 1e-3, max: 0.49, noNaN: true }),
    );
    fc.assert(
      fc.property(scale, ends, fc.string(), fc.nat(), (kind, [min, width], seed, index) => {
        const ranges = rate(String(min), String(min + width), kind);
        const value = Number(randomChoice(ranges, seed, index).rate);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(min + width);
        expect(randomChoice(ranges, seed, index)).toEqual(randomChoice(ranges, seed, index));
      }),
    );
  });

  test.each([
    ["Linear", 0.5, 0.5, "half of the range"],
    ["Logarithmic", 0.01, 0.5, "half of the orders of magnitude"],
    ["Auto", 0.01, 0.5, "orders of magnitude where the ends are far apart"],
    ["ReverseLogarithmic", 0.99, 0.5, "half of the orders of magnitude below 1"],
  ] as const)("on a scale %s lies below %d in a share of %d: %s", (kind, limit, share, _why) => {
    const ranges = kind === "ReverseLogarithmic" ? rate("0", "0.9999", kind) : rate("0.0001", "1", kind);
    expect(shareBelow(many(ranges, "rate"), limit)).toBeCloseTo(share, 1);
  });

  test("of whole numbers takes each end as often as any other", () => {
    const ranges = { IntegerParameterRanges: [{ Name: "n", MinValue: "1", MaxValue: "4" }] };
    const values = many(ranges, "n", 4000);
    for (const number of [1, 2, 3, 4]) {
      expect(values.filter((value) => value === number).length / 4000).toBeCloseTo(0.25, 1);
    }
  });
});

test("a grid is every choice once", () => {
  const ranges = {
    CategoricalParameterRanges: [
      { Name: "optimizer", Values: ["sgd", "adam"] },
      { Name: "size", Values: ["8", "16", "32"] },
    ],
  };
  const choices = gridChoices(ranges);
  expect(choices).toHaveLength(6);
  expect(choices[1]).toEqual({ optimizer: "sgd", size: "16" });
  expect(new Set(choices.map((choice) => JSON.stringify(choice))).size).toBe(6);
});

test.each([
  [{}, "Random", "at least one"],
  [rate("1", "0.1"), "Random", "smaller to a larger"],
  [rate("one", "2"), "Random", "smaller to a larger"],
  [rate("0", "1", "Logarithmic"), "Random", "above 0"],
  [rate("0", "1", "ReverseLogarithmic"), "Random", "[0, 1)"],
  [rate("0", "1"), "Grid", "categorical"],
  [
    { ...rate("0", "1"), CategoricalParameterRanges: [{ Name: "rate", Values: ["a"] }] },
    "Random",
    "two ranges",
  ],
])("the ranges %j by %s are refused: %s", (ranges, strategy, message) => {
  expect(() => checkRanges(ranges, strategy)).toThrow(message);
});
