import { describe, expect, it } from "vitest";
import { PythonRandom } from "./python-random.js";

// Expected values: CPython 3.11, random.seed(n).
describe("PythonRandom", () => {
  it("shuffles as im2rec.py's random.seed(100)", () => {
    expect(new PythonRandom(100).shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([
      4, 0, 5, 9, 3, 1, 6, 8, 7, 2,
    ]);
  });

  it("draws the doubles of CPython", () => {
    const random = new PythonRandom(0);
    expect([random.random(), random.random()]).toEqual([0.8444218515250481, 0.7579544029403025]);
  });

  it("takes seeds past 32 bits", () => {
    expect(new PythonRandom(2 ** 40 + 5).random()).toBe(0.5043802970418443);
  });

  it.each([0, -1, 1.5, 2 ** 32])("refuses to draw below %d, which has no end", (n) => {
    expect(() => new PythonRandom(1).below(n)).toThrow(RangeError);
  });

  it("leaves its argument alone", () => {
    const list = Object.freeze([1, 2, 3]);
    expect(new PythonRandom(1).shuffle(list)).toHaveLength(3);
    expect(list).toEqual([1, 2, 3]);
  });

  it.each([-1, 0.5, Number.NaN])("refuses the seed %d", (seed) => {
    expect(() => new PythonRandom(seed)).toThrow(RangeError);
  });
});
