import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readManifest } from "@sightline/contract/manifest";
import { describeModel } from "@sightline/onnx";
import { create } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mxnet2onnx-"));
const run = async (...args: string[]) => {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [at("../bin/mxnet2onnx.js"), ...args]);
    return { status: 0, stdout, stderr: "" };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
};

beforeAll(async () => {
  const archive = async (name: string, files: Record<string, string>, texts: Record<string, string>) => {
    const inside = join(folder, name);
    mkdirSync(inside);
    for (const [to, from] of Object.entries(files)) copyFileSync(at(`fixtures/${from}`), join(inside, to));
    for (const [to, text] of Object.entries(texts)) writeFileSync(join(inside, to), text);
    const names = [...Object.keys(files), ...Object.keys(texts)];
    await create({ gzip: true, file: join(folder, `${name}.tar.gz`), cwd: inside }, names);
  };
  await archive(
    "classifier",
    {
      "image-classification-symbol.json": "classifier-symbol.json",
      "image-classification-0002.params": "classifier-0000.params",
      "image-classification-0010.params": "classifier-0000.params",
    },
    { "model-shapes.json": JSON.stringify([{ shape: [8, 3, 20, 15], name: "data" }]) },
  );
  await archive(
    "detector",
    {
      "model_algo_1-symbol.json": "detector-symbol.json",
      "model_algo_1-0000.params": "detector-0000.params",
    },
    { "hyperparams.json": JSON.stringify({ num_classes: "3", image_shape: "64" }) },
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("mxnet2onnx", () => {
  it("makes a classifier that serve takes, of the last epoch", async () => {
    const out = join(folder, "out-classifier");
    const { stdout } = await run(join(folder, "classifier.tar.gz"), out, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      task: "image-classification",
      classes: 5,
      inputShape: [3, 20, 15],
      params: "image-classification-0010.params",
    });
    const manifest = readManifest(JSON.parse(readFileSync(join(out, "manifest.json"), "utf8")), (problem) => {
      throw new Error(problem.message);
    });
    expect(manifest).toMatchObject({
      labels: ["0", "1", "2", "3", "4"],
      input: { width: 15, height: 20, scale: 1 },
    });
    expect(describeModel(readFileSync(join(out, "model.onnx"))).outputs).toMatchObject([{ shape: ["N", 5] }]);
  });

  it("makes a detector from an unpacked folder, with the class names given", async () => {
    const out = join(folder, "out-detector");
    writeFileSync(join(folder, "labels.json"), '["car", "truck", "bus"]');
    const { stdout } = await run(join(folder, "detector"), out, "--labels", join(folder, "labels.json"));
    expect(stdout).toContain("object-detection of 3 classes, input 3x64x64, from model_algo_1-0000.params");
    const { metadata, outputs } = describeModel(readFileSync(join(out, "model.onnx")));
    expect(outputs).toMatchObject([{ name: "detection", shape: ["N", 100, 6] }]);
    expect(metadata).toMatchObject({ layout: "mxnet-ssd" });
  });

  it.each([
    ["a file that is no archive", "labels.txt", 1, "is no tar archive that can be read"],
    ["a folder without a network", "empty", 1, "There is no ...-symbol.json"],
    ["a path that is not there", "missing", 1, "no such file or directory"],
  ])("says what is wrong with %s", async (_, name, status, words) => {
    mkdirSync(join(folder, "empty"), { recursive: true });
    writeFileSync(join(folder, "labels.txt"), "no archive at all");
    const answer = await run(join(folder, name), join(folder, "out"));
    expect(answer).toMatchObject({ status });
    expect(answer.stderr).toContain(words);
  });

  it("refuses labels that are not one for each class, and writes nothing", async () => {
    const out = join(folder, "out-refused");
    writeFileSync(join(folder, "two.json"), '["a", "b"]');
    const { status, stderr } = await run(
      join(folder, "classifier"),
      out,
      "--labels",
      join(folder, "two.json"),
    );
    expect([status, stderr]).toEqual([1, "mxnet2onnx: The model has 5 classes, but 2 labels were given.\n"]);
    expect(() => readFileSync(join(out, "model.onnx"))).toThrow("ENOENT");
  });
});
