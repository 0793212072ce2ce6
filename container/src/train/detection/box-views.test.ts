import { expect, it } from "vitest";
import { boxesIn, boxViews } from "./box-views.js";
import { readBoxes } from "./read-boxes.js";

const whole = { left: 0, top: 0, width: 1, height: 1, flip: false };
const object = { classId: 1, box: [0.2, 0.4, 0.6, 0.8], difficult: false } as const;

it("moves boxes with the part of the picture that a copy shows, mirrored or not", () => {
  expect(boxesIn(whole, [object])).toEqual([object]);
  const mirrored = boxesIn({ ...whole, flip: true }, [object])[0]!;
  for (const [i, edge] of [0.4, 0.4, 0.8, 0.8].entries()) expect(mirrored.box[i]).toBeCloseTo(edge, 12);
  const part = boxesIn({ left: 0.1, top: 0.3, width: 0.8, height: 0.6, flip: false }, [object])[0]!;
  for (const [i, edge] of [0.125, 1 / 6, 0.625, 5 / 6].entries()) expect(part.box[i]).toBeCloseTo(edge, 12);
  expect(part.difficult).toBe(false);
});

it("drops a box that a copy does not show, and calls one difficult of which it shows little", () => {
  expect(boxesIn({ left: 0.6, top: 0, width: 0.4, height: 1, flip: false }, [object])).toEqual([]);
  const cut = boxesIn({ left: 0.5, top: 0, width: 0.5, height: 1, flip: false }, [object]);
  expect(cut).toMatchObject([{ classId: 1, difficult: true }]);
  expect(cut[0]!.box[0]).toBe(0);
});

it("gives a picture the same copies again", () => {
  expect(boxViews(3, 5)).toEqual(boxViews(3, 5));
  expect(boxViews(3, 5)).not.toEqual(boxViews(3, 6));
  for (const { left, top, width, height } of boxViews(0, 1)) {
    expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1);
  }
});

const record = (labels: number[]) => ({
  labels,
  header: { flag: labels.length, label: 0, id: 4, id2: 0 },
  image: new Uint8Array(),
  byteOffset: 0,
});

it("reads boxes, VOC's difficult, padding, and pictures without any", () => {
  const labels = [2, 6, 0, 0.1, 0.2, 0.3, 0.4, 0, 1, 0.5, 0.5, 1, 1, 1, -1, -1, -1, -1, -1, -1];
  expect(readBoxes(record(labels), "Here", 2)).toEqual([
    { classId: 0, box: [0.1, 0.2, 0.3, 0.4], difficult: false },
    { classId: 1, box: [0.5, 0.5, 1, 1], difficult: true },
  ]);
  expect(readBoxes(record([2, 5]), "Here", 2)).toEqual([]);
});

it.each([
  [[3], "begin with the header's width", "one class, as of the classification"],
  [[2, 5, 2, 0, 0, 1, 1], "has the class 2, but classes must be whole numbers of 0 to 1", "an unknown class"],
  [[2, 5, 0, 0.5, 0, 0.5, 1], "must lie within 0 to 1", "a box without width"],
  [[2, 5, 0, 10, 10, 50, 50], "must lie within 0 to 1", "pixels"],
])("refuses the labels %j (%s: %s)", (labels, words) => {
  expect(() => readBoxes(record(labels), "Here", 2)).toThrow(words);
});
