import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildColourModel, layOutColourModel } from "./support/colour-model.js";
import { removeJob } from "./support/job-folder.js";
import { startProgram } from "./support/program.js";

let root: string;
beforeAll(async () => {
  root = await layOutColourModel();
});
afterAll(() => removeJob(root));

describe("a model that cannot be served", () => {
  async function copy(change: (model: string) => Promise<void>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
    await cp(join(root, "model"), join(folder, "model"), { recursive: true });
    await change(join(folder, "model"));
    return folder;
  }
  const editManifest = (edit: (manifest: Record<string, unknown>) => void) => async (model: string) => {
    const path = join(model, "manifest.json");
    const manifest = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    edit(manifest);
    await writeFile(path, JSON.stringify(manifest));
  };

  it.each<[string, (model: string) => Promise<void>, RegExp]>([
    ["no manifest", (model) => rm(join(model, "manifest.json")), /no usable manifest.json/],
    [
      "no model file",
      (model) => rm(join(model, "model.onnx")),
      /names the model "model.onnx", which is not in the model folder/,
    ],
    [
      "a text file as the model",
      (model) => writeFile(join(model, "model.onnx"), "hello"),
      /Not an ONNX model/,
    ],
    [
      "a model outside the folder",
      editManifest((m) => {
        m.model = "../../etc/passwd";
      }),
      /must be the name of a file beside it/,
    ],
    [
      "another input size",
      editManifest((m) => {
        m.input = { ...(m.input as object), width: 50 };
      }),
      /needs one input of float32 \[N,3,8,50\], but has pixels/,
    ],
    [
      "labels that do not fit",
      editManifest((m) => {
        m.labels = ["a", "b"];
      }),
      /answers 3 values a picture, but manifest.json names 2 labels/,
    ],
    [
      "logits without a word about it",
      (model) => writeFile(join(model, "model.onnx"), buildColourModel("logits")),
      /is no list of probabilities that add up to 1. Set "activation" in manifest.json: "softmax"/,
    ],
    [
      "several outputs without a word about it",
      (model) => writeFile(join(model, "model.onnx"), buildColourModel("softmax and logits")),
      /has 2 outputs \(answer, scores\); name the one with the class scores as "output" in manifest.json/,
    ],
    [
      "weights in a file that is not there",
      (model) => writeFile(join(model, "model.onnx"), buildColourModel("softmax", "gone.data")),
      /The model cannot be loaded: .*gone.data/,
    ],
    [
      "an unknown task",
      editManifest((m) => {
        m.task = "poetry";
      }),
      /manifest.task must be one of image-classification, object-detection, video-markup/,
    ],
    [
      "a newer schema",
      editManifest((m) => {
        m.schemaVersion = 2;
      }),
      /manifest.schemaVersion must be 1, but is 2/,
    ],
  ])("ends serve with one clear line: %s", async (_, change, message) => {
    const folder = await copy(change);
    try {
      const program = startProgram("serve", folder, { SIGHTLINE_WORKERS: "1" });
      expect(await program.ended).toBe(1);
      const line = program
        .output()
        .split("\n")
        .find((text) => text.startsWith("serve: "));
      expect(line).toMatch(message);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("ends serve when the port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const program = startProgram("serve", root, { SAGEMAKER_BIND_TO_PORT: String(port) });
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(
      `Cannot listen on port ${port}: it is in use. Set SAGEMAKER_BIND_TO_PORT`,
    );
    other.close();
  });
});
