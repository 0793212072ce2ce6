import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphBuilder, writeModel } from "@sightline/onnx";
import sharp from "sharp";

/** Classes of the colour model. */
export const COLOURS = ["red", "green", "blue"] as const;

const TEN = Float32Array.of(10);

/**
 * A classifier that tells a picture's strongest colour: the mean of each channel, times 10, through softmax or not.
 *
 * @param weights name of a file beside the model that holds its one weight, {@link TEN}; by default it is inside
 */
export function buildColourModel(
  ending: "softmax" | "logits" | "softmax and logits" = "softmax",
  weights?: string,
): Uint8Array {
  const g = graphBuilder({ opset: 13 });
  const pixels = g.input("pixels", "float32", ["N", 3, 8, 8]);
  const mean = g.node("ReduceMean", [pixels], { axes: [2, 3], keepdims: 0 });
  const scores = g.node("Mul", [mean, g.initializer("ten", [1], TEN)], {}, { output: "scores" });
  if (ending !== "logits")
    g.output(g.node("Softmax", [scores], { axis: 1 }, { output: "answer" }), "float32", ["N", 3]);
  if (ending !== "softmax") g.output(scores, "float32", ["N", 3]);
  const { graph, ...rest } = g.build();
  if (weights === undefined) return writeModel({ ...rest, graph });
  const external = { location: weights, offset: "0", length: String(TEN.byteLength) };
  const initializers = graph.initializers.map((tensor) => ({ ...tensor, data: new Uint8Array(0), external }));
  return writeModel({ ...rest, graph: { ...graph, initializers } });
}

/** Manifest of the colour model. */
export const COLOUR_MANIFEST = {
  schemaVersion: 1,
  task: "image-classification",
  model: "model.onnx",
  labels: COLOURS,
  input: { width: 8, height: 8, channels: "RGB", scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
} as const;

/** A folder that stands for /opt/ml with the colour model in it; the caller removes it. */
export async function layOutColourModel(
  manifest: object = COLOUR_MANIFEST,
  model: Uint8Array = buildColourModel(),
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "sightline-test-"));
  await mkdir(join(root, "model"));
  await writeFile(join(root, "model/model.onnx"), model);
  await writeFile(join(root, "model/model.onnx.data"), new Uint8Array(TEN.buffer));
  await writeFile(join(root, "model/manifest.json"), JSON.stringify(manifest));
  return root;
}

/** A picture of one colour. */
export async function paint(
  colour: (typeof COLOURS)[number],
  format: "png" | "jpeg" = "png",
  width = 20,
  height = 10,
): Promise<Buffer> {
  const background = { red: "#f00", green: "#0f0", blue: "#00f" }[colour];
  return await sharp({ create: { width, height, channels: 3, background } })
    [format]()
    .toBuffer();
}
