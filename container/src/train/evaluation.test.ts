import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluation.js";
import type { FeatureSet } from "./feature-set.js";
import { emptyHead } from "./head.js";
import { oneClass } from "./one-class.js";
import { severalClasses } from "./several-classes.js";

/** A head that answers the features as they are. */
const head = { ...emptyHead(2, 2), weight: Float32Array.of(1, 0, 0, 1) };

function set(rows: readonly (readonly number[])[], labels: readonly (readonly number[])[]): FeatureSet {
  return {
    count: rows.length,
    width: 2,
    views: 1,
    values: Float32Array.from(rows.flat()),
    labels,
    sha256: "",
  };
}

describe("evaluate", () => {
  it("counts what was taken for what, and names the worst mistakes first", () => {
    const rows = [
      [3, 0],
      [0, 1],
      [0, 5],
      [0, 2],
    ];
    const found = evaluate(head, set(rows, [[0], [0], [0], [1]]), oneClass());
    expect(found).toMatchObject({
      accuracy: 0.5,
      confusion: [
        [1, 2],
        [0, 1],
      ],
    });
    expect(found.worst.map(({ record }) => record)).toEqual([2, 1]);
    expect(found.worst[0]).toMatchObject({ labels: [0], answered: [1] });
    expect(found.worst[0]!.loss).toBeCloseTo(Math.log(1 + Math.exp(5)), 6);
  });

  it("counts each class by itself where a picture has several", () => {
    const rows = [
      [3, 3],
      [-3, 3],
      [-3, -3],
    ];
    const found = evaluate(head, set(rows, [[0, 1], [0], []]), severalClasses());
    expect(found.accuracy).toBeCloseTo(4 / 6);
    expect(found.classes).toEqual([
      { truePositives: 1, falsePositives: 0, falseNegatives: 1, trueNegatives: 1 },
      { truePositives: 1, falsePositives: 1, falseNegatives: 0, trueNegatives: 1 },
    ]);
    expect(found.worst.map(({ record, answered }) => [record, answered])).toEqual([[1, [1]]]);
    expect(found.worst[0]!.loss).toBeCloseTo(Math.log(1 + Math.exp(3)), 6);
  });

  it("keeps the twenty largest of many mistakes, the earlier of equals first", () => {
    // Each loss occurs twice, 1,500 records apart.
    const rows = Array.from({ length: 3000 }, (_, i) => [0, (i % 1500) / 10]);
    const labels = rows.map(() => [0]);
    const found = evaluate(head, set(rows, labels), oneClass());
    expect(found.worst).toHaveLength(20);
    expect(found.worst.slice(0, 4).map(({ record }) => record)).toEqual([1499, 2999, 1498, 2998]);
  });
});
