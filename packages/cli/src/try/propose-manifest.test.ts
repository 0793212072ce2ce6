import { type ElemType, graphBuilder, readModel, writeModel } from "@sightline/onnx";
import { expect, it } from "vitest";
import { labelsOf } from "./metadata-labels.js";
import { proposeManifest } from "./propose-manifest.js";

type Side = number | string;

function model({
  type = "float32" as ElemType,
  shape = ["N", 3, 224, 224] as Side[],
  first = "ReduceMean",
  ending = "Softmax",
} = {}) {
  const g = graphBuilder({ opset: 13 });
  const pixels = g.input("pixels", type, shape);
  const begun =
    first === "Mul" ? g.node("Mul", [pixels, g.initializer("two", [1], Float32Array.of(2))]) : pixels;
  const axes = shape[1] === 3 ? [2, 3] : [1, 2];
  const mean = g.node("ReduceMean", [begun], { axes, keepdims: 0 });
  g.output(g.node(ending, [mean], {}, { output: "answer" }), "float32", ["N", 3]);
  return readModel(writeModel(g.build()));
}

it("takes a PyTorch export for what it mostly is", () => {
  const { manifest, guesses } = proposeManifest("net.onnx", model());
  expect(manifest).toEqual({
    schemaVersion: 1,
    task: "image-classification",
    model: "net.onnx",
    labels: ["0", "1", "2"],
    input: {
      width: 224,
      height: 224,
      fit: "crop",
      resize: 256,
      channels: "RGB",
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
  });
  expect(guesses).toContain("The file has no class names: labels are the ids 0 to 2.");
});

it.each([
  [
    { shape: ["N", 160, 192, 3] },
    { layout: "NHWC", height: 160, width: 192, scale: 1 / 127.5, mean: [1, 1, 1] },
  ],
  [{ shape: ["N", 3, "height", "width"] }, { width: 224, height: 224 }],
  [{ first: "Mul" }, { scale: 1 / 255, mean: [0, 0, 0] }],
])("of %j reads an input of %j", (given, input) => {
  expect(proposeManifest("net.onnx", model(given)).manifest).toMatchObject({ input });
});

it("takes values that come from no Softmax for logits", () => {
  expect(proposeManifest("net.onnx", model({ ending: "Identity" })).manifest).toMatchObject({
    activation: "softmax",
  });
});

it("refuses a model that takes no picture, and says what it takes", () => {
  expect(() => proposeManifest("net.onnx", model({ shape: ["N", 5, 8, 8] }))).toThrow(
    /takes pixels\[N,5,8,8\]/,
  );
});

it.each([
  ["{0: 'cat', 1: \"a dog's\"}", ["cat", "a dog's"]],
  ['["cat", "dog"]', ["cat", "dog"]],
  ["cat,dog", ["cat", "dog"]],
  ["cat", undefined],
])("reads the class names of %s", (names, labels) => {
  expect(labelsOf({ names })).toEqual(labels);
});
