import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float, graphBuilder, writeModel } from "@sightline/onnx";
import { expect, it } from "vitest";
import { IMAGENET_INPUT } from "../../image/image-input.js";
import { openImageModel } from "../../inference/session.js";
import { JobInputError } from "../../shared/errors.js";
import { featureRows, loadMapBackbone } from "./feature-maps.js";

/** Of version 9, BGR: blue and red of every second pixel, at most 1, and their means as features. */
function buildBackbone(pooling: string): Uint8Array {
  const g = graphBuilder({ opset: 9, irVersion: 4 });
  const data = g.input("data", "float32", ["N", 3, 16, 16]);
  const picked = g.initializer("picked", [2, 3, 1, 1], Float32Array.of(1, 0, 0, 0, 0, 1));
  const map = g.node("Clip", [g.node("Conv", [data, picked], { strides: [2, 2] })], { max: float(1) });
  const pooled = g.node(pooling, [map]);
  g.output(g.node("Flatten", [pooled], { axis: 1 }, { output: "features" }), "float32", ["N", 2]);
  return writeModel(g.build());
}

async function withBackbone<T>(
  bytes: Uint8Array,
  use: (backbone: Awaited<ReturnType<typeof loadMapBackbone>>) => T | Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
  try {
    const [backbone, preprocess] = [join(folder, "net.onnx"), join(folder, "net.preprocess.json")];
    const changed = { channels: "BGR", mean: [0.1, 0, 0.3], std: [0.5, 1, 0.5] };
    const input = { ...IMAGENET_INPUT, width: 16, height: 16, ...changed };
    await writeFile(backbone, bytes);
    await writeFile(preprocess, JSON.stringify({ input, features: "features" }));
    const channels = {
      train: folder,
      validation: folder,
      cluster: { index: 0, count: 1, hosts: ["algo-1"] },
      backbone,
      preprocess,
    };
    return await use(await loadMapBackbone(channels, 300));
  } finally {
    await rm(folder, { recursive: true });
  }
}

it("takes the map behind the pooling of a BGR backbone of version 9, and its averages over more and more cells", async () => {
  await withBackbone(buildBackbone("GlobalAveragePool"), async (backbone) => {
    expect(backbone.levels.map(({ width, channels }) => [width, channels])).toEqual([
      [8, 2],
      [4, 2],
      [2, 2],
      [1, 2],
    ]);
    expect(backbone.input).toMatchObject({ channels: "RGB", scale: 1, width: 16, height: 16 });
    const { bytes, input, output } = featureRows(backbone);
    const model = await openImageModel(bytes, { ...input, output });
    // Red 255, green 0, blue 51.
    const pixels = Float32Array.from({ length: 3 * 256 }, (_, i) => [255, 0, 51][Math.floor(i / 256)]!);
    const [row] = await model.run(pixels, 1);
    await model.close();
    expect(row).toHaveLength(2 * (64 + 16 + 4 + 1));
    for (const [i, value] of row!.entries()) {
      // Blue is (0.2 - 0.1) / 0.5; red would be 1.4, and is cut.
      expect(value).toBeCloseTo(i % 2 === 0 ? 0.2 : 1, 5);
    }
  });
});

it("refuses a backbone whose features come from no map", async () => {
  const loaded = withBackbone(buildBackbone("Identity"), () => undefined);
  await expect(loaded).rejects.toThrow(JobInputError);
  await expect(loaded).rejects.toThrow(
    'net.onnx is not usable. Its features "features" come from no feature map',
  );
});

it("keeps as much of a picture as the README says", async () => {
  const { levels } = await loadMapBackbone(
    { train: "", validation: "", cluster: { index: 0, count: 1, hosts: ["algo-1"] } },
    300,
  );
  const values = levels.reduce((sum, { channels, height, width }) => sum + channels * height * width, 0);
  const kib = Math.round((values * Float32Array.BYTES_PER_ELEMENT) / 1024);
  const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  expect(readme.replace(/\s+/g, " ")).toContain(`${kib} KiB with the built-in filters at 300 pixels`);
});
