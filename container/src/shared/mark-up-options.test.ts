import { expect, it } from "vitest";
import { markUpOptions } from "./mark-up-options.js";

it("hands a video model's labels, input and options on", () => {
  expect(
    markUpOptions({
      schemaVersion: 1,
      task: "video-markup",
      model: "m.onnx",
      labels: ["hole"],
      input: { channels: "BGR", scale: 1 },
      options: { layout: "yolox", confidence: 0.5 },
    }),
  ).toEqual({
    layout: "yolox",
    confidence: 0.5,
    classNames: ["hole"],
    input: { channels: "BGR", scale: 1 },
  });
  expect(markUpOptions({ schemaVersion: 1, task: "video-markup", model: "m.onnx" })).toEqual({});
});

it("prepares frames of a detector of pictures as it prepares pictures", () => {
  const colours = { channels: "BGR", scale: 0.5, mean: [1, 2, 3], std: [4, 5, 6] } as const;
  const input = { width: 8, height: 4, ...colours };
  expect(
    markUpOptions({
      schemaVersion: 1,
      task: "object-detection",
      model: "m.onnx",
      labels: ["hole"],
      input: { ...input, layout: "NHWC" },
    }),
  ).toEqual({ classNames: ["hole"], input: { ...input, fit: "stretch" } });
});
