import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxIou, nonMaximumSuppression } from "./nms.js";

const box = fc
  .tuple(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 50 }),
  )
  .map(([x, y, w, h]) => [x, y, x + w, y + h]);
const boxes = fc.array(
  fc.record({
    box,
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    classId: fc.integer({ min: 0, max: 2 }),
  }),
  { maxLength: 40 },
);

describe("nonMaximumSuppression", () => {
  it("keeps the higher score when two boxes overlap", () => {
    const xyxy = [0, 0, 10, 10, 1, 1, 11, 11, 30, 30, 40, 40];
    expect(nonMaximumSuppression(xyxy, [0.5, 0.9, 0.4], [0, 0, 0], { iou: 0.5 })).toEqual([1, 2]);
  });

  it("keeps overlapping boxes of different classes unless told not to", () => {
    const xyxy = [0, 0, 10, 10, 0, 0, 10, 10];
    expect(nonMaximumSuppression(xyxy, [0.5, 0.9], [0, 1], { iou: 0.5 })).toEqual([1, 0]);
    expect(nonMaximumSuppression(xyxy, [0.5, 0.9], [0, 1], { iou: 0.5, classAgnostic: true })).toEqual([1]);
  });

  it("keeps a box whose overlap equals the limit", () => {
    const xyxy = [0, 0, 10, 10, 0, 0, 10, 5];
    expect(nonMaximumSuppression(xyxy, [0.9, 0.8], [0, 0], { iou: 0.5 })).toEqual([0, 1]);
    expect(nonMaximumSuppression(xyxy, [0.9, 0.8], [0, 0], { iou: 0.499 })).toEqual([0]);
  });

  it("lets a dropped box drop nobody", () => {
    const xyxy = [0, 0, 10, 10, 4, 0, 14, 10, 8, 0, 18, 10];
    expect(nonMaximumSuppression(xyxy, [0.9, 0.8, 0.7], [0, 0, 0], { iou: 0.3 })).toEqual([0, 2]);
  });

  it("answers in falling order of score, no kept pair of a class over the limit, every dropped box covered", () => {
    fc.assert(
      fc.property(boxes, fc.double({ min: 0, max: 1, noNaN: true }), (list, iou) => {
        const xyxy = list.flatMap((entry) => entry.box);
        const scores = list.map((entry) => entry.score);
        const classIds = list.map((entry) => entry.classId);
        const kept = nonMaximumSuppression(xyxy, scores, classIds, { iou });
        const overlap = (a: number, b: number) =>
          boxIou(
            ...(xyxy.slice(a * 4, a * 4 + 4) as [number, number, number, number]),
            ...(xyxy.slice(b * 4, b * 4 + 4) as [number, number, number, number]),
          );
        for (const [place, a] of kept.entries()) {
          if (place > 0) expect(scores[a]).toBeLessThanOrEqual(scores[kept[place - 1]!]!);
          for (const b of kept.slice(0, place)) {
            if (classIds[a] === classIds[b]) expect(overlap(a, b)).toBeLessThanOrEqual(iou);
          }
        }
        for (let i = 0; i < list.length; i++) {
          if (kept.includes(i)) continue;
          expect(
            kept.some((k) => classIds[k] === classIds[i] && scores[k]! >= scores[i]! && overlap(k, i) > iou),
          ).toBe(true);
        }
      }),
    );
  });
});
