import { graphBuilder, writeModel } from "@sightline/onnx";
import { afterEach, describe, expect, it } from "vitest";
import { buildColourModel, COLOUR_MANIFEST, layOutColourModel, paint } from "./support/colour-model.js";
import { classify } from "./support/invoke.js";
import { removeJob } from "./support/job-folder.js";
import { servers } from "./support/servers.js";

let root: string;
const { serve } = servers(() => ({ root, env: { SIGHTLINE_WORKERS: "1" } }));
afterEach(() => removeJob(root));

/** The answer to a red picture. */
async function answer(manifest: object, model: Uint8Array): Promise<number[]> {
  root = await layOutColourModel({ ...COLOUR_MANIFEST, ...manifest }, model);
  const { url } = await serve();
  return await classify(url, await paint("red"));
}

/** The colour model with the conventions of TensorFlow's exports: bytes, channels last. */
function buildBytesModel(): Uint8Array {
  const g = graphBuilder({ opset: 13 });
  const pixels = g.node("Cast", [g.input("pixels", "uint8", ["N", 8, 8, 3])], { to: 1 });
  const mean = g.node("ReduceMean", [pixels], { axes: [1, 2], keepdims: 0 });
  const scores = g.node("Mul", [mean, g.initializer("factor", [1], Float32Array.of(10 / 255))]);
  g.output(g.node("Softmax", [scores], { axis: 1 }, { output: "answer" }), "float32", ["N", 3]);
  return writeModel(g.build());
}

const BYTES_INPUT = { ...COLOUR_MANIFEST.input, layout: "NHWC", scale: 1, fit: "crop", resize: 12 };

const SOFTMAX = [0.99991, 4.5394e-5, 4.5394e-5];

describe("a model from elsewhere", () => {
  it.each<[string, object, Uint8Array, number[]]>([
    ["with its weights in a file beside it", {}, buildColourModel("softmax", "model.onnx.data"), SOFTMAX],
    [
      "whose logits the manifest gives a softmax",
      { activation: "softmax" },
      buildColourModel("logits"),
      SOFTMAX,
    ],
    [
      "whose logits the manifest gives a sigmoid",
      { activation: "sigmoid" },
      buildColourModel("logits"),
      [0.999955, 0.5, 0.5],
    ],
    [
      "whose values the manifest wants as they are",
      { activation: "none" },
      buildColourModel("logits"),
      [10, 0, 0],
    ],
    [
      "of whose outputs the manifest names one",
      { output: "answer" },
      buildColourModel("softmax and logits"),
      SOFTMAX,
    ],
    [
      "that takes bytes, channels last, of the picture's middle",
      { input: BYTES_INPUT },
      buildBytesModel(),
      SOFTMAX,
    ],
  ])("is served %s", async (_, manifest, model, expected) => {
    for (const [i, value] of (await answer(manifest, model)).entries())
      expect(value).toBeCloseTo(expected[i]!, 4);
  });
});
