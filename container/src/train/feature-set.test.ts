import { describe, expect, it } from "vitest";
import { type FeatureSet, standardise, standardised } from "./feature-set.js";

function set(rows: number[][]): FeatureSet {
  const values = Float32Array.from(rows.flat());
  return {
    count: rows.length,
    width: rows[0]!.length,
    views: 1,
    values,
    labels: new Uint32Array(rows.length),
    sha256: "",
  };
}

describe("standardise", () => {
  it("brings every feature to mean 0 and one size, whatever it was", () => {
    const data = set([
      [1, 1000],
      [3, 5000],
      [5, 9000],
      [7, 1000],
    ]);
    const { values } = standardised(data, standardise(data));
    const columns = [0, 1].map((i) => [0, 1, 2, 3].map((row) => values[row * 2 + i]!));
    for (const column of columns) {
      expect(column.reduce((a, b) => a + b)).toBeCloseTo(0, 4);
      expect(column.reduce((a, b) => a + b * b, 0) / 4).toBeCloseTo(64, 2);
    }
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
