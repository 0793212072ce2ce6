import { chmod, cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ModelError } from "./errors.js";
import { servedFolder } from "./served-folder.js";

const fixtures = fileURLToPath(new URL("../../../packages/mxnet/test/fixtures", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
  const files = {
    "image-classification-symbol.json": "classifier-symbol.json",
    "image-classification-0003.params": "classifier-0000.params",
  };
  for (const [to, from] of Object.entries(files)) await cp(join(fixtures, from), join(folder, to));
  await writeFile(join(folder, "model-shapes.json"), '[{"shape":[8,3,20,15],"name":"data"}]');
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

// To root no folder is read-only.
it.skipIf(process.getuid?.() === 0)("converts a model of a read-only folder once, elsewhere", async () => {
  await chmod(folder, 0o500);
  const lines: string[] = [];
  const served = await servedFolder(folder, (line) => lines.push(line));
  try {
    expect(served).not.toBe(folder);
    expect((await readdir(served)).sort()).toEqual(["manifest.json", "model.onnx"]);
    expect(await readdir(folder)).not.toContain("manifest.json");
    expect(await servedFolder(folder, (line) => lines.push(line))).toBe(served);
    expect(lines).toHaveLength(1);
  } finally {
    await rm(served, { recursive: true });
  }
});

it("refuses labels.json beside the model that is no list of names, and leaves nothing behind", async () => {
  await writeFile(join(folder, "labels.json"), '{"0":"cat"}');
  const before = await readdir(folder);
  const served = servedFolder(folder, () => {});
  await expect(served).rejects.toThrow(ModelError);
  await expect(served).rejects.toThrow(
    /labels.json holds no JSON list of class names, such as \["cat", "dog"\]/,
  );
  expect(await readdir(folder)).toEqual(before);
});
