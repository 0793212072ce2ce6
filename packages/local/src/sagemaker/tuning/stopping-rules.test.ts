import { describe, expect, test } from "vitest";
import { type Curve, isBelowMedian, isOutOfBracket } from "./stopping-rules.js";

const curve = (values: number[], index = 0, ended = true): Curve => ({ values, ended, index });
const more = (a: number, b: number) => a > b;
const less = (a: number, b: number) => a < b;

describe("the median rule", () => {
  const ended = [curve([0.2, 0.4]), curve([0.4, 0.6]), curve([0.6, 0.8])];
  test.each([
    [[0.3], more, true, "below 0.4 after one value"],
    [[0.3, 0.6], more, false, "above 0.5 after two"],
    [[0.5], less, true, "above 0.4, where little is good"],
    [[0.3], less, false, "below it"],
    [[0.4], more, false, "at it"],
  ])("of a job at %j, by its sense, says stop: %s", (values, isBetter, expected) => {
    expect(isBelowMedian(curve(values, 9, false), ended, isBetter)).toBe(expected);
  });

  test("looks at jobs that have ended only", () => {
    expect(isBelowMedian(curve([0.1]), [curve([0.9], 1, false), curve([], 2)], more)).toBe(false);
  });
});

describe("Hyperband", () => {
  const limits = { min: 1, max: 9 };
  const out = (values: number[], others: Curve[], index = 0) =>
    isOutOfBracket(curve(values, index, false), others, more, limits);

  test("lets the first of a bracket go on, and one that is among the best third", () => {
    expect(out([0.1], [])).toBe(false);
    expect(out([0.9], [curve([0.1], 2), curve([0.2], 4)])).toBe(false);
    expect(out([0.1], [curve([0.5], 2), curve([0.2], 4)])).toBe(true);
  });

  test("looks at rungs only, each three times as far", () => {
    const better = [curve([0.9, 0.9, 0.9], 2), curve([0.8, 0.8, 0.8], 4)];
    expect(out([0.1, 0.1], better)).toBe(false);
    expect(out([0.1, 0.1, 0.1], better)).toBe(true);
  });

  test("has brackets that begin later, and compares within one", () => {
    // Bracket 1 has no rung at the first value.
    expect(out([0.1], [curve([0.9], 3), curve([0.8], 5)], 1)).toBe(false);
    expect(out([0.1, 0.1, 0.1], [curve([0.9, 0.9, 0.9], 2)], 1)).toBe(false);
    expect(out([0.1, 0.1, 0.1], [curve([0.9, 0.9, 0.9], 3)], 1)).toBe(true);
  });

  test("ends a job that has had all it may have", () => {
    expect(
      out(
        Array.from({ length: 9 }, () => 0.9),
        [],
      ),
    ).toBe(true);
  });
});
