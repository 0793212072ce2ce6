import { describe, expect, it } from "vitest";
import type { ModelDescription } from "./detector.js";
import { planDetector } from "./plan-detector.js";

function model(side: number | string): ModelDescription {
  return {
    inputs: [{ name: "picture", elemType: "float32", shape: [1, 3, side, side] }],
    outputs: [{ name: "heat", elemType: "float32", shape: [1, 1, 8, 8] }],
    metadata: {},
  };
}

function plan(input: object, side: number | string = 64) {
  return planDetector(model(side), { decoder: () => [], input }).input;
}

describe("preprocessing of a decoder's own", () => {
  it("says everything about the picture", () => {
    const input = {
      width: 320,
      height: 192,
      fit: "stretch",
      padValue: 0,
      channels: "BGR",
      scale: 1,
      mean: [103.53, 116.28, 123.675],
      std: [57.375, 57.12, 58.395],
    } as const;
    expect(plan(input, "side")).toEqual({
      ...input,
      name: "picture",
      dtype: "float32",
      layout: "NCHW",
      batch: 1,
    });
  });

  it("leaves what it does not name as YOLO's", () => {
    expect(plan({ channels: "BGR" })).toMatchObject({
      channels: "BGR",
      fit: "letterbox-center",
      padValue: 114,
      scale: 1 / 255,
      width: 64,
    });
  });

  it.each([
    [{ chanels: "BGR" }, TypeError, /input\.chanels is unknown\. Did you mean "channels"\?/],
    [{ dtype: "uint8" }, TypeError, /input\.dtype is unknown/],
    [[], TypeError, /must be an object/],
    [{ channels: "GBR" }, RangeError, /must be "RGB" or "BGR"/],
    [{ fit: "letterbox" }, RangeError, /"letterbox-center" or "letterbox-top-left" or "stretch"/],
    [{ std: [1, 0, 1] }, RangeError, /input\.std is \[1,0,1\]; it must be three numbers other than 0/],
    [{ mean: [1, 2] }, RangeError, /three numbers, one a channel/],
    [{ mean: ["1", 2, 3] }, RangeError, /three numbers/],
    [{ scale: 0 }, RangeError, /above 0/],
    [{ scale: Number.NaN }, RangeError, /above 0/],
    [{ padValue: 256 }, RangeError, /from 0 to 255/],
    [{ width: 640.5 }, RangeError, /whole number of pixels from 1 to 16384/],
    [{ width: 128 }, RangeError, /input\.width is 128, but the model's input is fixed to 64/],
  ])("refuses %j", (input, type, message) => {
    expect(() => plan(input)).toThrow(type);
    expect(() => plan(input)).toThrow(message);
  });
});
