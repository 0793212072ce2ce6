import { tmpdir } from "node:os";
import { writeModel } from "@sightline/onnx";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openImageModel } from "../../inference/session.js";
import { seededRandom } from "../random.js";
import { detect } from "./detect.js";
import { featureRows, loadMapBackbone, type MapBackbone, withWhitening } from "./feature-maps.js";
import { DETECTION, fuseDetector } from "./fused-detector.js";
import { emptyHeads } from "./heads.js";
import { whitenMaps } from "./whiten-maps.js";

const classes = 2;

/** The filter pyramid with its maps whitened over noise, and random heads. */
async function parts(seed: number) {
  const folder = tmpdir();
  const plain = await loadMapBackbone(
    { train: folder, validation: folder, cluster: { index: 0, count: 1, hosts: ["algo-1"] } },
    300,
  );
  const random = seededRandom(seed);
  const pixels = Float32Array.from({ length: 3 * 320 * 320 }, (_, i) =>
    Math.floor(i / 40) % 3 === 0 ? 20 * random() : 255 * random(),
  );
  const [row] = await run(plain, pixels);
  const backbone = withWhitening(plain, await whitenMaps([row!], plain.levels, async () => {}));
  const heads = emptyHeads(backbone.levels, classes);
  for (const { classes: scores, offsets } of heads) {
    for (const { weight } of [scores, offsets]) {
      for (let i = 0; i < weight.length; i++) weight[i] = (random() - 0.5) * 0.1;
    }
  }
  return { backbone, heads, pixels };
}

async function run(backbone: MapBackbone, pixels: Float32Array): Promise<Float32Array[]> {
  const { bytes, input, output } = featureRows(backbone);
  const model = await openImageModel(bytes, { ...input, output });
  const rows = await model.run(pixels, 1);
  await model.close();
  return rows;
}

it("finds in ONNX Runtime what the training's own reckoning finds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 30 }), async (seed) => {
      const { backbone, heads, pixels } = await parts(seed);
      const [row] = await run(backbone, pixels);
      const expected = detect(row!, backbone.levels, heads, { classes, nmsThreshold: 0.45 });
      const bytes = writeModel(fuseDetector(backbone, { heads, classes, nmsThreshold: 0.45, metadata: {} }));
      const model = await openImageModel(bytes, { ...backbone.input, output: DETECTION });
      const [table] = await model.run(pixels, 1);
      await model.close();
      const found = Array.from({ length: table!.length / 6 }, (_, i) =>
        Array.from(table!.subarray(i * 6, i * 6 + 6)),
      ).filter(([classId]) => classId! >= 0);
      expect(found.length).toBeGreaterThan(20);
      // Boxes whose scores or overlaps are equal to the last bit may change places: all but a few agree.
      const near = (one: readonly number[], other: readonly number[]) =>
        one.every((value, i) => Math.abs(value - other[i]!) < 1e-3);
      const missing = expected.filter(
        ({ classId, score, box }) => !found.some((line) => near(line, [classId, score, ...box])),
      );
      expect(Math.abs(found.length - expected.length)).toBeLessThanOrEqual(2);
      expect(missing.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 3, seed: 7 },
  );
});
