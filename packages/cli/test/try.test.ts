import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { graphBuilder, writeModel } from "@sightline/onnx";
import { create } from "tar";
import { afterAll, beforeAll, expect, it } from "vitest";

const program = fileURLToPath(new URL("../bin/sightline.js", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A classifier of the strongest colour: the mean of each channel. */
function colourModel(ending: "Softmax" | "Identity"): Uint8Array {
  const g = graphBuilder({ opset: 13, metadata: { names: "{0: 'red', 1: 'green', 2: 'blue'}" } });
  const mean = g.node("ReduceMean", [g.input("pixels", "float32", ["N", 3, 8, 8])], {
    axes: [2, 3],
    keepdims: 0,
  });
  const answer = g.node(ending, [mean], ending === "Softmax" ? { axis: 1 } : {}, { output: "answer" });
  g.output(answer, "float32", ["N", 3]);
  return writeModel(g.build());
}

/** A detector in YOLOv8's layout: four boxes, each with the mean brightness as its score. */
function detector(): Uint8Array {
  const g = graphBuilder({ opset: 13, metadata: { task: "detect", names: "{0: 'bright'}", stride: "8" } });
  const images = g.input("images", "float32", [1, 3, 16, 16]);
  const grey = g.initializer("grey", [1, 3, 1, 1], new Float32Array(3).fill(1 / 3));
  const pooled = g.node("AveragePool", [g.node("Conv", [images, grey])], {
    kernel_shape: [8, 8],
    strides: [8, 8],
  });
  const scores = g.node("Reshape", [pooled, g.initializer("row", [3], new BigInt64Array([1n, 1n, 4n]))]);
  const boxes = g.initializer(
    "boxes",
    [1, 4, 4],
    Float32Array.of(4, 12, 4, 12, 4, 4, 12, 12, 8, 8, 8, 8, 8, 8, 8, 8),
  );
  g.output(g.node("Concat", [boxes, scores], { axis: 1 }, { output: "output0" }), "float32", [1, 5, 4]);
  return writeModel(g.build());
}

const input = { width: 8, height: 8, channels: "RGB", scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] };
const colours = {
  schemaVersion: 1,
  task: "image-classification",
  model: "model.onnx",
  labels: ["r", "g", "b"],
  input,
};

async function layOut(name: string, manifest: object, model: Uint8Array): Promise<string> {
  const at = join(folder, name);
  await mkdir(at);
  await writeFile(join(at, "manifest.json"), JSON.stringify(manifest));
  await writeFile(join(at, "model.onnx"), model);
  return at;
}

function tryOut(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "image", "try", ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

it("calls a model archive good whose answers are as SageMaker wants them", async () => {
  const at = await layOut("colours", colours, colourModel("Softmax"));
  await create({ gzip: true, file: join(folder, "model.tar.gz"), cwd: at }, ["manifest.json", "model.onnx"]);
  const { code, out, err } = await tryOut(join(folder, "model.tar.gz"), "--json");
  expect(code, err).toBe(0);
  const verdict = JSON.parse(out);
  expect(verdict).toMatchObject({ good: true, end: "ended with status 0" });
  expect(verdict.trials.map((trial: { status: number }) => trial.status)).toEqual([
    200, 200, 200, 400, 415, 200,
  ]);
  expect(err).toMatch(/ok .* classifies a picture \([rgb] 0\.\d{3} of 3 classes\)/);
});

it("calls a model not good that answers otherwise than its manifest says, and names the request", async () => {
  const labels = ["r", "g", "b"];
  const at = await layOut("wrong", { ...colours, labels, activation: "none" }, colourModel("Identity"));
  await writeFile(join(folder, "broken.jpg"), "no picture");
  const { code, out, err } = await tryOut(at, "--input", join(folder, "broken.jpg"));
  expect(code).toBe(1);
  expect(err).toMatch(/FAIL .* classifies a picture \(status 400 instead of 200: /);
  expect(out).toMatch(/^not good: healthy after .*, 4 of 6 answers as they should be/);
});

it("marks up a drawn video with a detector", async () => {
  const at = await layOut(
    "detector",
    { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    detector(),
  );
  const { code, err, out } = await tryOut(at);
  expect(code, err).toBe(0);
  expect(err).toMatch(/ok .* its detections \(12 frames\)/);
  expect(out).toMatch(/^good: /);
});

it("proposes a manifest for a bare ONNX file, says what it guessed, and serves with it", async () => {
  await writeFile(join(folder, "bare.onnx"), colourModel("Identity"));
  const { code, out, err } = await tryOut(join(folder, "bare.onnx"), "--json");
  expect(code, err).toBe(0);
  expect(JSON.parse(out).manifest).toMatchObject({
    model: "bare.onnx",
    labels: ["red", "green", "blue"],
    activation: "softmax",
    input: { width: 8, height: 8, fit: "crop", resize: 9 },
  });
  expect(err).toMatch(/guessed: Output "answer" does not come from a Softmax/);
});

it("tells why serve did not start, and what was meant", async () => {
  const at = await layOut("nothing", colours, new Uint8Array(10));
  const broken = await tryOut(at);
  expect(broken).toMatchObject({
    code: 1,
    err: expect.stringMatching(/serve ended with status 1 before it was healthy/),
  });
  expect(await tryOut(join(folder, "absent"))).toMatchObject({
    code: 1,
    err: expect.stringContaining("There is no model at"),
  });
  const wrong = await tryOut(at, "--memory", "1g");
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("name its image with --image") });
  expect((await tryOut(at, "--imag", "x")).err).toContain('Did you mean "--image"?');
});
