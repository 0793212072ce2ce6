import { describe, expect, it } from "vitest";
import { bestClasses, csvOf } from "./best-classes.js";

const LABELS = ["cat", "dog, wet", 'the "bird"'];

describe("bestClasses", () => {
  it("gives the highest scores first, of equal ones the lower id, and no more than there are", () => {
    expect(bestClasses(Float32Array.of(0.25, 0.5, 0.25), LABELS, 2)).toEqual([
      { classId: 1, className: "dog, wet", score: 0.5 },
      { classId: 0, className: "cat", score: 0.25 },
    ]);
    expect(bestClasses(Float32Array.of(-1, -2, -3), LABELS, 9).map(({ classId }) => classId)).toEqual([
      0, 1, 2,
    ]);
  });

  it("is written as one row of CSV, names in quotes where they need them", () => {
    expect(csvOf(bestClasses(Float32Array.of(0.25, 0.5, 0), LABELS, 3))).toBe(
      '1,"dog, wet",0.5,0,cat,0.25,2,"the ""bird""",0',
    );
  });
});
