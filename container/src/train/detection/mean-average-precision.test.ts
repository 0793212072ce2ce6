import { describe, expect, it } from "vitest";
import type { Box } from "./boxes.js";
import { type JudgedPicture, meanAveragePrecision } from "./mean-average-precision.js";

const [A, B, C]: Box[] = [
  [0, 0, 0.2, 0.2],
  [0.4, 0.4, 0.6, 0.6],
  [0.8, 0.8, 1, 1],
];
const there = (box: Box, classId = 0, difficult = false) => ({ classId, box, difficult });
const found = (score: number, box: Box, classId = 0) => ({ classId, score, box });
const mean = (pictures: JudgedPicture[], classes = 1) => meanAveragePrecision(pictures, classes, 0.5).mean;

describe("meanAveragePrecision", () => {
  it("is 1 when all is found and nothing else, and 0 when nothing is found", () => {
    expect(mean([{ truth: [there(A!), there(B!)], found: [found(0.9, A!), found(0.2, B!)] }])).toBe(1);
    expect(mean([{ truth: [there(A!)], found: [] }])).toBe(0);
  });

  it("is the area below the precision that is reached at a recall or further on", () => {
    // Right, wrong, right of three: precision 1 up to recall 1/3, 2/3 up to 2/3, nothing beyond.
    const picture = {
      truth: [there(A!), there(B!), there(C!)],
      found: [found(0.9, A!), found(0.8, [0.2, 0, 0.4, 0.2]), found(0.7, B!)],
    };
    expect(mean([picture])).toBeCloseTo(1 / 3 + (2 / 3) * (1 / 3), 12);
  });

  it("ranks over all pictures, not picture by picture", () => {
    const right = { truth: [there(A!)], found: [found(0.5, A!)] };
    const wrong = { truth: [there(A!)], found: [found(0.9, B!)] };
    // The first of all is wrong: precision is 1/2 when the one box of two is found.
    expect(mean([right, wrong])).toBeCloseTo(0.25, 12);
  });

  it("counts a box that is found twice as one right and one wrong", () => {
    const twice = { truth: [there(A!), there(B!)], found: [found(0.9, A!), found(0.8, A!), found(0.7, B!)] };
    expect(mean([twice])).toBeCloseTo(0.5 + (2 / 3) * 0.5, 12);
  });

  it("passes over difficult boxes, and over what finds them", () => {
    const picture = { truth: [there(A!), there(B!, 0, true)], found: [found(0.9, B!), found(0.8, A!)] };
    expect(mean([picture])).toBe(1);
  });

  it("is the mean over classes that occur", () => {
    const picture = { truth: [there(A!, 0), there(B!, 2)], found: [found(0.9, A!, 0), found(0.9, A!, 2)] };
    const { mean: value, byClass } = meanAveragePrecision([picture], 3, 0.5);
    expect(byClass).toEqual([1, undefined, 0]);
    expect(value).toBe(0.5);
  });
});
