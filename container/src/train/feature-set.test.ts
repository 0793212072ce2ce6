import { describe, expect, it } from "vitest";
import { type FeatureSet, standardise, standardised } from "./feature-set.js";

function set(rows: number[][]): FeatureSet {
  const values = Float32Array.from(rows.flat());
  return {
    count: rows.length,
    width: rows[0]!.length,
    views: 1,
    values,
    labels: rows.map(() => [0]),
    sha256: "",
  };
}

describe("standardise", () => {
  it("brings every feature to mean 0, and the more pictures there are the nearer to one size", () => {
    // Deviations of 1 and of 3, over few pictures and over many.
    const sizes = [8, 40_000].map((count) => {
      const data = set(Array.from({ length: count }, (_, r) => [r % 2, 3 * ((r >> 1) % 2)]));
      const { values } = standardised(data, standardise(data));
      return [0, 1].map((i) => {
        const column = Array.from({ length: count }, (_, row) => values[row * 2 + i]!);
        expect(column.reduce((a, b) => a + b) / count).toBeCloseTo(0, 4);
        return column.reduce((a, b) => a + b * b, 0) / count;
      });
    });
    const [few, many] = sizes.map(([one, other]) => other! / one!);
    expect(few).toBeGreaterThan(8);
    expect(few).toBeLessThan(9);
    expect(many).toBeCloseTo(1, 1);
  });

  it("gives the average picture the same length for few features and for many", () => {
    for (const width of [2, 300]) {
      const data = set(
        Array.from({ length: 9 }, (_, r) => Array.from({ length: width }, (_, i) => Math.sin(r * 7 + i * 3))),
      );
      const { values } = standardised(data, standardise(data));
      expect(values.reduce((sum, value) => sum + value * value, 0) / 9).toBeCloseTo(128, 1);
    }
  });

  it("drops a feature that never varies instead of dividing by zero", () => {
    const data = set([
      [1, 5],
      [2, 5],
      [3, 5],
    ]);
    const { factor } = standardise(data);
    expect(factor[1]).toBe(0);
    expect(standardised(data, standardise(data)).values.every(Number.isFinite)).toBe(true);
  });

  it("survives pictures that are all the same", () => {
    const data = set([
      [1, 2],
      [1, 2],
    ]);
    expect([...standardised(data, standardise(data)).values]).toEqual([0, 0, 0, 0]);
  });
});
