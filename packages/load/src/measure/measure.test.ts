import fc from "fast-check";
import { expect, test } from "vitest";
import { figuresOf } from "./figures.js";
import { findSaturation, type StepLoad } from "./saturation.js";
import { addTally, countError, countRequest, emptyTally, percentileMs } from "./tally.js";

const times = fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 200 });
const filled = (milliseconds: readonly number[]) => {
  const tally = emptyTally();
  for (const time of milliseconds) {
    countRequest(tally, { milliseconds: time, bytes: 10, error: undefined }, true);
  }
  return tally;
};

test("a percentile is that of the sorted times within a thousandth, however they are shared out", () => {
  fc.assert(
    fc.property(times, times, fc.constantFrom(50, 90, 95, 99, 100), (some, others, percentile) => {
      const tally = filled(some);
      addTally(tally, filled(others));
      const sorted = [...some, ...others].sort((a, b) => a - b);
      // Of six times the 90th percentile is the fifth or the sixth: there is none at 5.4.
      const rank = (percentile / 100) * sorted.length - 1;
      const found = percentileMs(tally.latency, percentile);
      expect(found).toBeGreaterThanOrEqual(sorted[Math.max(0, Math.floor(rank))]! * 0.999);
      expect(found).toBeLessThanOrEqual(sorted[Math.max(0, Math.ceil(rank))]! * 1.001);
      expect(tally.requests).toBe(sorted.length);
    }),
    { seed: 1 },
  );
});

test("nothing counted gives zeros", () => {
  expect(figuresOf(emptyTally(), 0)).toMatchObject({
    requests: 0,
    requestsPerSecond: 0,
    averageBytes: 0,
    latencyMs: { mean: 0, min: 0, max: 0 },
  });
});

test("a failed request counts in requests, failures and latency, and not as answered", () => {
  const tally = filled([10]);
  countRequest(tally, { milliseconds: 30, bytes: 0, error: "HTTP 503" }, true);
  expect(tally).toMatchObject({ requests: 2, failures: 1, inTime: 1 });
  expect(tally.errors).toEqual(new Map([["HTTP 503", 1]]));
  expect(figuresOf(tally, 2)).toMatchObject({ requestsPerSecond: 1, failuresPerSecond: 0.5 });
});

test("a target that names each failure anew does not fill memory", () => {
  const errors = new Map<string, number>();
  for (let index = 0; index < 1000; index++) countError(errors, `fault ${index}`);
  expect(errors.size).toBe(101);
  expect(errors.get("other failures")).toBe(900);
});

const step = (asked: number, answeredPerSecond: number, more: Partial<StepLoad> = {}): StepLoad => ({
  asked,
  answeredPerSecond,
  instances: 1,
  failureShare: 0,
  ...more,
});

test.each([
  ["throughput that follows the load", [step(10, 30), step(20, 59)], false, 59, 1770],
  ["throughput that no longer rises", [step(10, 30), step(20, 33)], true, 33, 990],
  ["a step that fails", [step(10, 30), step(20, 55, { failureShare: 0.2 })], true, 30, 900],
  ["twice the load on twice the instances", [step(10, 30), step(20, 60, { instances: 2 })], false, 30, 900],
  ["no answer at all", [step(10, 0, { failureShare: 1 })], true, 0, undefined],
])("%s", (_, steps, reached, best, target) => {
  expect(findSaturation(steps)).toEqual({
    reached,
    requestsPerSecondPerInstance: best,
    recommendedInvocationsPerInstancePerMinute: target,
  });
});
