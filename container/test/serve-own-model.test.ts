import { mkdir, mkdtemp, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildColourModel, COLOUR_MANIFEST, layOutColourModel, paint } from "./support/colour-model.js";
import { removeJob } from "./support/job-folder.js";
import { buildMeanModel, MEAN_SIDE, type MeanModel } from "./support/mean-model.js";
import { servers } from "./support/servers.js";

let root: string;
let pictures: Readonly<Record<"red" | "bands", Uint8Array>>;
const { shared } = servers(() => ({ root, env: { SAGEMAKER_MULTI_MODEL: "true" } }));

/** Bands of 30 pixels from left to right: red, green, blue. */
async function drawBands(): Promise<Uint8Array> {
  const pixels = Buffer.alloc(90 * 30 * 3);
  for (let i = 0; i < 2700; i++) pixels[i * 3 + Math.floor((i % 90) / 30)] = 255;
  return await sharp(pixels, { raw: { width: 90, height: 30, channels: 3 } })
    .png()
    .toBuffer();
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sightline-test-"));
  pictures = { red: await paint("red"), bands: await drawBands() };
});
afterAll(() => removeJob(root));

/** Loads a model that is laid out, asks it about a picture, and unloads it. */
async function ask(name: string, picture: Uint8Array): Promise<number[]> {
  const { url } = await shared();
  const folder = join(root, "models", name);
  const load = { method: "POST", body: JSON.stringify({ model_name: name, url: folder }) };
  const loaded = await fetch(`${url}/models`, load);
  expect(loaded.status, await loaded.text()).toBe(200);
  const headers = { "content-type": "image/png" };
  const answer = await fetch(`${url}/models/${name}/invoke`, { method: "POST", headers, body: picture });
  const values = (await answer.json()) as number[];
  expect((await fetch(`${url}/models/${name}`, { method: "DELETE" })).status).toBe(200);
  return values;
}

const BASE = { ...COLOUR_MANIFEST.input, width: MEAN_SIDE, height: MEAN_SIDE };
const third = 1 / 3;

// What Python gives: the picture as Pillow makes it, then numpy's mean of each channel.
it.each<[string, MeanModel, object, keyof typeof pictures, number[]]>([
  ["stretches a picture, values of 0 to 1", {}, {}, "bands", [third, third, third]],
  [
    "turns channels round, their means and deviations with them",
    {},
    { input: { channels: "BGR", mean: [0.1, 0.2, 0.3], std: [1, 2, 4] } },
    "red",
    [-0.1, -0.1, 0.175],
  ],
  [
    "takes channels last and values of -1 to 1",
    { layout: "NHWC" },
    { input: { layout: "NHWC", scale: 1 / 127.5, mean: [1, 1, 1] } },
    "red",
    [1, -1, -1],
  ],
  [
    "takes bytes",
    { layout: "NHWC", elemType: "uint8" },
    { input: { layout: "NHWC", scale: 1 } },
    "red",
    [255, 0, 0],
  ],
  ["takes half floats", { elemType: "float16" }, {}, "red", [1, 0, 0]],
  ["takes four pictures at a time and no fewer", { batch: 4 }, {}, "red", [1, 0, 0]],
  ["answers with a map of one pixel", { isMap: true }, {}, "red", [1, 0, 0]],
  [
    "sees the middle of a picture",
    {},
    { input: { fit: "crop", resample: "bilinear" } },
    "bands",
    [0.013, 0.974, 0.013],
  ],
  [
    "sees the middle of the middle",
    {},
    { input: { fit: "crop", resize: 18, resample: "bilinear" } },
    "bands",
    [0, 1, 0],
  ],
  [
    "sees the middle of a stretched picture",
    {},
    { input: { resize: 27, resample: "bilinear" } },
    "bands",
    [0.013, 0.974, 0.013],
  ],
  [
    "sees the whole picture with a white margin",
    {},
    { input: { fit: "letterbox", padValue: 255 } },
    "bands",
    [7 / 9, 7 / 9, 7 / 9],
  ],
  ["has each class by itself", { ending: "Sigmoid" }, {}, "red", [0.731, 0.5, 0.5]],
  [
    "gives logits of classes of which a picture has several",
    {},
    { activation: "sigmoid" },
    "red",
    [0.731, 0.5, 0.5],
  ],
  [
    "gives logits of classes of which a picture has one",
    {},
    { activation: "softmax" },
    "red",
    [0.576, 0.212, 0.212],
  ],
])("serves a model from elsewhere that %s", async (name, model, manifest, picture, expected) => {
  const at = name.replaceAll(/\W/g, "-");
  const folder = join(root, "models", at);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "m.onnx"), buildMeanModel(model));
  const { input, ...rest } = manifest as { input?: object };
  const whole = {
    schemaVersion: 1,
    task: "image-classification",
    model: "m.onnx",
    labels: ["a", "b", "c"],
    activation: "none",
    input: { ...BASE, ...input },
    ...rest,
  };
  await writeFile(join(folder, "manifest.json"), JSON.stringify(whole));
  const values = await ask(at, pictures[picture]);
  expect(values).toHaveLength(3);
  for (const [i, value] of values.entries())
    expect(value, `value ${i} of ${values}`).toBeCloseTo(expected[i]!, 2);
});

it.each<[string, object, Uint8Array]>([
  ["its weights in a file beside it", {}, buildColourModel("softmax", "model.onnx.data")],
  [
    "two outputs, of which the manifest names one",
    { output: "answer" },
    buildColourModel("softmax and logits"),
  ],
])("serves a model from elsewhere that has %s", async (name, manifest, model) => {
  const at = name.replaceAll(/\W/g, "-");
  const single = await layOutColourModel({ ...COLOUR_MANIFEST, ...manifest }, model);
  await mkdir(join(root, "models"), { recursive: true });
  await rename(join(single, "model"), join(root, "models", at));
  await removeJob(single);
  const [red, green, blue] = await ask(at, pictures.red);
  expect(red).toBeCloseTo(0.99991, 4);
  expect(green).toBeCloseTo(4.5394e-5, 6);
  expect(blue).toBeCloseTo(4.5394e-5, 6);
});
