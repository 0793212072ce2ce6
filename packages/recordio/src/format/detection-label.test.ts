import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordIOError } from "../errors.js";
import { boxesOf } from "./box-labels.js";
import { boxProblem, decodeDetectionLabel, encodeDetectionLabel } from "./detection-label.js";

const number = fc.double({ min: 0, max: 1, noNaN: true });
const objectsOf = (extras: number) =>
  fc.array(
    fc.record({
      classId: fc.nat(90),
      xyxy: fc.tuple(number, number, number, number),
      extra: fc.array(number, { minLength: extras, maxLength: extras }),
    }),
    { minLength: 1, maxLength: 5 },
  );

describe("labels of object detection", () => {
  it("come back as they were written, with any header and extra numbers", () => {
    fc.assert(
      fc.property(fc.nat(3).chain(objectsOf), fc.array(number, { maxLength: 3 }), (objects, header) => {
        const labels = encodeDetectionLabel(objects, header);
        expect(decodeDetectionLabel(labels)).toEqual({
          header,
          objectWidth: 5 + objects[0]!.extra.length,
          objects,
        });
        expect(boxesOf(labels)).toEqual({
          headerWidth: 2 + header.length,
          objectWidth: 5 + objects[0]!.extra.length,
          objects: objects.length,
        });
      }),
    );
  });

  it("may be a header without objects", () => {
    expect(decodeDetectionLabel([2, 5])).toEqual({ header: [], objectWidth: 5, objects: [] });
  });

  it.each([
    ["nothing", [], /a header is at least 2 wide, not NaN/],
    ["one class", [1], /a header is at least 2 wide, not 1/],
    ["four numbers an object", [2, 4, 0, 0, 0, 1], /an object is at least 5 wide, not 4/],
    ["half an object", [2, 5, 0, 0.1], /4 numbers less a header of 2 are not a multiple of 5/],
    ["a header past the end", [9, 5, 0], /3 numbers less a header of 9/],
  ])("are refused when they are %s", (_, labels, message) => {
    expect(() => decodeDetectionLabel(labels)).toThrow(message);
    expect(() => decodeDetectionLabel(labels)).toThrow(RecordIOError);
  });

  it("cannot be written with more numbers for one object than for another", () => {
    const box = { classId: 0, xyxy: [0, 0, 1, 1] as const };
    expect(() =>
      encodeDetectionLabel([
        { ...box, extra: [] },
        { ...box, extra: [1] },
      ]),
    ).toThrow(RangeError);
  });
});

describe("boxProblem", () => {
  it.each([
    ["before the left side", 0, [-0.1, 0, 0.5, 1], /-0.1 0 0.5 1 are not shares/],
    ["below the lower side", 0, [0, 0, 0.5, 1.1], /are not shares/],
    ["as narrow as nothing", 0, [0.5, 0, 0.5, 1], /left side 0.5 is not before its right side 0.5/],
    ["as low as nothing", 0, [0, 0.5, 1, 0.5], /top 0.5 is not above its bottom 0.5/],
    ["of a class below 0", -1, [0, 0, 1, 1], /its class is -1/],
  ] as const)("tells of a box %s", (_, classId, xyxy, problem) => {
    const label = { header: [], objectWidth: 5 };
    const good = { classId: 0, xyxy: [0, 0, 1, 1], extra: [] } as const;
    expect(boxProblem({ ...label, objects: [good, { classId, xyxy, extra: [] }] })).toMatch(problem);
    expect(boxProblem({ ...label, objects: [good] })).toBeUndefined();
  });
});
