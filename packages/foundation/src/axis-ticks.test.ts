import { expect, it } from "vitest";
import { niceTicks } from "./axis-ticks.js";

it.each([
  [[0, 1], undefined, [0, 1], "whole numbers get no halves"],
  [[0, 0.9], [0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1], "a given range"],
  [[3], undefined, [3], "one value"],
  [[], undefined, [0, 1], "nothing at all"],
] as [number[], [number, number] | undefined, number[], string][])(
  "ticks for %o within %o lie at %o (%s)",
  (values, range, expected) => {
    const { ticks } = niceTicks(values, range, 5);
    expect(ticks.map((tick) => Number(tick.toFixed(6)))).toEqual(expected);
  },
);
