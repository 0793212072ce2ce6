import { join } from "node:path";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { graphBuilder, writeModel } from "@sightline/onnx";
import { packModel } from "@sightline/sdk";

/** What the demonstration's classifier tells apart. */
export const COLOURS = ["red", "green", "blue"] as const;

/** Side of the input in pixels; the mean colour needs no more. */
const SIDE = 32;
/** Factor on means of 0 to 1 before the softmax: a clear colour gets nearly all. */
const SHARPNESS = 12;

/** Packs a classifier, built by code, that names the colour that prevails in a photo. @returns path of the archive */
export async function buildColourClassifier(folder: string): Promise<string> {
  const g = graphBuilder({ name: "colour" });
  const photos = g.input("photos", "float32", ["N", 3, SIDE, SIDE]);
  const means = g.node("ReduceMean", [photos], { axes: [2, 3], keepdims: 0 });
  const sharpness = g.initializer("sharpness", [], new Float32Array([SHARPNESS]));
  const logits = g.node("Mul", [means, sharpness]);
  g.output(g.node("Softmax", [logits], { axis: -1 }, { output: "probabilities" }), "float32", ["N", 3]);
  const model = join(folder, "colour.onnx");
  await writeWholeFile(model, writeModel(g.build()));
  const packed = await packModel({
    output: join(folder, "model.tar.gz"),
    manifest: {
      schemaVersion: 1,
      task: "image-classification",
      model: "colour.onnx",
      labels: COLOURS,
      input: { width: SIDE, height: SIDE, channels: "RGB", scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
    },
    files: model,
  });
  return packed.path;
}
