import { readManifest } from "@sightline/contract/manifest";
import { type ElemType, graphBuilder, writeModel } from "@sightline/onnx";
import { expect, it } from "vitest";
import { labelsOf } from "./metadata-labels.js";
import { proposeManifest } from "./propose-manifest.js";

type Side = number | string;

function model({
  type = "float32" as ElemType,
  shape = ["N", 3, 224, 224] as Side[],
  first = [] as [operator: string, constant: number][],
  ending = "Softmax",
  metadata = {} as Record<string, string>,
} = {}) {
  const g = graphBuilder({ opset: 13, metadata });
  let pixels = g.input("pixels", type, shape);
  if (type === "uint8") pixels = g.node("Cast", [pixels], { to: 1 });
  for (const [operator, constant] of first)
    pixels =
      operator === "Transpose"
        ? g.node("Transpose", [pixels], { perm: [0, 3, 1, 2] })
        : g.node(operator, [pixels, g.initializer(`${operator}-by`, [1], Float32Array.of(constant))]);
  const axes = shape[1] === 3 || first[0]?.[0] === "Transpose" ? [2, 3] : [1, 2];
  const mean = g.node("ReduceMean", [pixels], { axes, keepdims: 0 });
  g.output(g.node(ending, [mean], {}, { output: "answer" }), "float32", ["N", 3]);
  return writeModel(g.build());
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
      resample: "bilinear",
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
  [{ first: [["Mul", 2]] as [string, number][] }, { scale: 1 / 255, mean: [0, 0, 0] }],
  [{ first: [["Mul", 1 / 255]] as [string, number][] }, { scale: 1, mean: [0, 0, 0] }],
  [{ first: [["Div", 127.5]] as [string, number][] }, { scale: 1 }],
  [
    {
      shape: ["N", 224, 224, 3],
      first: [
        ["Transpose", 0],
        ["Sub", 104],
      ] as [string, number][],
    },
    { layout: "NHWC", fit: "stretch", scale: 1, mean: [0, 0, 0] },
  ],
  [
    { type: "uint8" as ElemType, shape: ["N", 224, 224, 3] },
    { layout: "NHWC", scale: 1, mean: [0, 0, 0] },
  ],
  [{ metadata: { task: "classify" } }, { fit: "crop", scale: 1 / 255, mean: [0, 0, 0] }],
])("of %j reads an input of %j", (given, input) => {
  expect(proposeManifest("net.onnx", model(given)).manifest).toMatchObject({ input });
});

it("takes values that come from no Softmax for logits", () => {
  expect(proposeManifest("net.onnx", model({ ending: "Identity" })).manifest).toMatchObject({
    activation: "softmax",
  });
});

it("takes the values of a Sigmoid as they are", () => {
  expect(proposeManifest("net.onnx", model({ ending: "Sigmoid" })).manifest).toMatchObject({
    activation: "none",
  });
});

it("takes the file's names only where there is one for each class", () => {
  const named = (names: string) => proposeManifest("net.onnx", model({ metadata: { names } }));
  expect(named("a,b,c").manifest.labels).toEqual(["a", "b", "c"]);
  const { manifest, guesses } = named("a,b");
  expect(manifest.labels).toEqual(["0", "1", "2"]);
  expect(guesses).toContain(
    'The file names 2 classes, but output "answer" has 3: labels are the ids 0 to 2.',
  );
});

/** `[1, 4 + classes, boxes]`, as YOLOv8 has it and YOLOv5 does not. */
function detector(metadata: Record<string, string>, shape = [1, 6, 84]) {
  const g = graphBuilder({ opset: 13, metadata });
  const size = shape.reduce((a, b) => a * b);
  const images = g.node("ReduceMean", [g.input("images", "float32", [1, 3, 64, 64])], { keepdims: 0 });
  const boxes = g.initializer("boxes", shape, new Float32Array(size));
  g.output(g.node("Add", [boxes, images], {}, { output: "output0" }), "float32", shape);
  return writeModel(g.build());
}

it("says of a known detector how frames are prepared and its answers are read", () => {
  const { manifest } = proposeManifest(
    "holes.onnx",
    detector({ task: "detect", stride: "32", names: "{0: 'hole', 1: 'crack'}" }),
  );
  expect(manifest).toEqual({
    schemaVersion: 1,
    task: "video-markup",
    model: "holes.onnx",
    labels: ["hole", "crack"],
    input: {
      width: 64,
      height: 64,
      fit: "letterbox-center",
      padValue: 114,
      channels: "RGB",
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    options: { layout: "yolov8", confidence: 0.25, iou: 0.45 },
  });
  expect(() => readManifest(manifest, ({ message }) => expect.fail(message))).not.toThrow();
});

it("takes the first of several detectors that have such shapes, and names them all", () => {
  const { manifest, guesses } = proposeManifest("holes.onnx", detector({}, [1, 84, 6]));
  expect(manifest).toMatchObject({ task: "video-markup", options: { layout: expect.any(String) } });
  expect(guesses.join(" ")).toMatch(/could be those of .* or .*The first that fits is taken: layout /);
});

it("refuses what is neither a classifier nor a known detector", () => {
  expect(() => proposeManifest("net.onnx", detector({}, [1, 2, 3, 4, 5]))).toThrow(
    /so it is no classifier; and/,
  );
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
