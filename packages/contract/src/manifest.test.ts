import { describe, expect, it } from "vitest";
import { readManifest } from "./manifest.js";
import type { Fail, Problem } from "./problem.js";

const fail: Fail = ({ message }: Problem) => {
  throw new Error(message);
};
const input = { width: 8, height: 8, channels: "RGB", scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
const classifier = { schemaVersion: 1, task: "image-classification", model: "m.onnx", labels: ["a"], input };
const detector = { schemaVersion: 1, task: "video-markup", model: "m.onnx" };

describe("readManifest", () => {
  it("returns what it was given", () => {
    const options = {
      confidence: 0.6,
      layout: "yolov8",
      annotate: ["box"],
      encoding: { codec: "h264_nvenc" },
    };
    const manifests = [
      classifier,
      { ...classifier, output: "p", training: { anything: [1] } },
      { ...classifier, input: { ...input, fit: "crop", resize: 9, layout: "NHWC" } },
      { ...classifier, input: { ...input, resize: 9, resample: "bicubic" } },
      { ...classifier, topK: 5, input: { ...input, fit: "letterbox", padValue: 255 } },
      detector,
      { ...detector, labels: ["", "pothole"], options },
      {
        ...detector,
        input: { width: 64, fit: "letterbox-top-left", padValue: 0, channels: "BGR", std: [1, 1, 2] },
      },
      { ...classifier, task: "object-detection", input: { ...input, fit: "stretch" } },
    ];
    for (const manifest of manifests) expect(readManifest(manifest, fail)).toBe(manifest);
  });

  it.each<[string, unknown]>([
    ["model", "../m.onnx"],
    ["model", "/etc/passwd"],
    ["model", "..\\m.onnx"],
    ["model", "sub/m.onnx"],
    ["model", ".."],
    ["model", ".hidden.onnx"],
    ["model", "m\0.onnx"],
    ["model", ""],
    ["model", 7],
    ["labels", "a"],
    ["labels", [1]],
    ["labels", undefined],
    ["input", undefined],
    ["input", []],
    ["input", { ...input, width: 0 }],
    ["input", { ...input, height: 100_000 }],
    ["input", { ...input, channels: "GRAY" }],
    ["input", { ...input, scale: 0 }],
    ["input", { ...input, scale: Number.NaN }],
    ["input", { ...input, mean: [0, 0] }],
    ["input", { ...input, std: [1, 0, 1] }],
    ["input", { ...input, stdd: 1 }],
    ["fit", { ...input, fit: "cover" }],
    ["input", { ...input, fit: "letterbox", resize: 8 }],
    ["input", { ...input, fit: "crop", padValue: 0 }],
    ["input", { ...input, fit: "letterbox", padValue: 256 }],
    ["resize", { ...input, fit: "crop", resize: 7 }],
    ["input", { ...input, resample: "nearest" }],
    ["layout", { ...input, layout: "CHW" }],
    ["output", 3],
    ["training", "by hand"],
  ])("refuses %s = %j and names it", (name, value) => {
    expect(() => readManifest({ ...classifier, [name]: value }, fail)).toThrow(`manifest.${name}`);
  });

  it.each([
    [{ ...detector, options: { decoderModule: "./run.mjs" } }, "manifest.options.decoderModule is refused."],
    [{ ...detector, options: { model: "other.onnx" } }, "manifest.options.model is refused."],
    [{ ...detector, options: { detectionsPath: "/tmp/x" } }, "manifest.options.detectionsPath is refused."],
    [
      { ...detector, options: { encoding: { extra: ["-f", "x"] } } },
      "manifest.options.encoding.extra is refused.",
    ],
    [{ ...detector, decoderModule: "./run.mjs" }, "manifest.decoderModule is refused."],
  ])("never lets a manifest name code, a path or another model: %j", (manifest, message) => {
    expect(() => readManifest(manifest, fail)).toThrow(message);
  });

  it.each([
    [{ ...detector, option: {} }, 'manifest.option is not known. Did you mean "options"?'],
    [
      { ...detector, options: { confidnce: 1 } },
      'manifest.options.confidnce is not known. Did you mean "confidence"?',
    ],
    [
      { ...detector, options: { annotate: { maskOpacty: 1 } } },
      'manifest.options.annotate.maskOpacty is not known. Did you mean "maskOpacity"?',
    ],
    [{ ...classifier, options: {} }, "manifest.options is not known."],
    [
      { ...detector, task: "video" },
      "manifest.task must be one of image-classification, object-detection, video-markup",
    ],
    [{ ...detector, schemaVersion: 2 }, "manifest.schemaVersion must be 1, but is 2."],
    [{ ...detector, input: { fit: "letterbox" } }, "manifest.input.fit must be one of letterbox-center"],
    [{ ...detector, input: { scale: 0 } }, "manifest.input.scale must be a number above 0"],
    [{ ...detector, input: { padding: 0 } }, "manifest.input.padding is not known."],
    [
      { ...classifier, task: "object-detection", input: { ...input, fit: "crop" } },
      'manifest.input.fit must be "stretch" for object-detection, but is "crop".',
    ],
    [
      { ...classifier, task: "object-detection", input: { ...input, resize: 9 } },
      "manifest.input.resize must be left out for object-detection, but is 9.",
    ],
    [{ ...classifier, topK: 0 }, "manifest.topK must be an integer of 1 to 1000 classes, but is 0."],
    [[], "manifest must be an object, but is []."],
    [
      JSON.parse('{"schemaVersion":1,"task":"video-markup","model":"m","__proto__":{}}'),
      "manifest.__proto__ is not known.",
    ],
  ])("refuses %j and says what was meant", (manifest, message) => {
    expect(() => readManifest(manifest, fail)).toThrow(message);
  });
});
