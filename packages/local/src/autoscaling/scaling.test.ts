import { describe, expect, test } from "vitest";
import { steppedCapacity, trackedCapacity } from "./scaling.js";

describe("target tracking", () => {
  test.each([
    [1, 250, 100, 3, "two and a half times the target needs three"],
    [2, 100, 100, 2, "at the target nothing changes"],
    [4, 10, 100, 1, "a tenth of the target needs one"],
    [3, 0, 100, 0, "no traffic needs none; the bounds decide"],
  ])("%i instances at %d of %d become %i: %s", (current, value, target, expected) => {
    expect(trackedCapacity(current, value, target)).toBe(expected);
  });
});

describe("step scaling", () => {
  const steps = [
    { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
    { MetricIntervalLowerBound: 10, ScalingAdjustment: 3 },
    { MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
  ];
  test.each([
    ["ChangeInCapacity", 2, 0, 3, "the lower bound belongs to the step"],
    ["ChangeInCapacity", 2, 10, 5, "the upper bound to the next"],
    ["ChangeInCapacity", 2, -5, 1, "below the threshold"],
    ["ExactCapacity", 7, 5, 1, "the capacity itself"],
    ["PercentChangeInCapacity", 4, 20, 5, "3 % of 4 is up to one"],
  ] as const)("%s from %i at %d gives %i: %s", (AdjustmentType, current, breach, expected, _why) => {
    expect(steppedCapacity(current, breach, { AdjustmentType, StepAdjustments: steps })).toBe(expected);
  });

  test("changes nothing where no step applies", () => {
    expect(
      steppedCapacity(2, -1, { StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }] }),
    ).toBe(2);
  });
});
