import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDetectionLabel } from "../format/detection-label.js";
import type { ImageRecipe } from "../image/image-recipe.js";
import { packRecordIO } from "../pack/pack-record-io.js";
import { recordsOf } from "../pack/test-pictures.js";
import { listFromBoxes } from "./list-from-boxes.js";
import { cocoOf, drawBoxes, findRed, type PixelBox, useFolder } from "./test-boxes.js";
import { turnBox } from "./turn-box.js";

const folder = useFolder();

/** A picture with a rectangle of at least 24 pixels a side somewhere on it, and what is done to it. */
const cases = fc
  .record({
    width: fc.integer({ min: 60, max: 140 }),
    height: fc.integer({ min: 60, max: 140 }),
    shares: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    orientation: fc.integer({ min: 1, max: 8 }),
    drawnOn: fc.constantFrom("upright" as const, "stored" as const),
    orient: fc.boolean(),
    centerCrop: fc.boolean(),
    lane: fc.constantFrom("auto" as const, "sharp" as const),
    encoding: fc.constantFrom("jpeg" as const, "png" as const),
    resize: fc.constantFrom<ImageRecipe["resize"]>(
      undefined,
      { kind: "short-edge", pixels: 90 },
      { kind: "exact", width: 120, height: 80 },
      { kind: "fit", width: 70, height: 70 },
    ),
  })
  .map(({ width, height, shares: [x, y], ...rest }) => {
    const box: PixelBox = {
      left: Math.round(x * (width - 24)),
      top: Math.round(y * (height - 24)),
      width: 24,
      height: 24,
    };
    return { sides: { width, height }, box, ...rest };
  });

describe("boxes of a list from annotations", () => {
  it("lie where the pixels lie, whatever turns, cuts and resizes those", async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ sides, box, orientation, drawnOn, ...recipe }) => {
        const name = `${number++}`;
        await drawBoxes(join(folder.path, `${name}.jpg`), sides, [box], orientation);
        const turned = drawnOn === "stored" ? { box, sides } : upright(box, sides, orientation);
        const path = join(folder.path, `${name}.json`);
        await writeFile(path, cocoOf(`${name}.jpg`, turned.sides, [turned.box]));
        const list = await listFromBoxes(path, { root: folder.path, drawnOn });
        const output = join(folder.path, "out", name);
        const packed = packRecordIO(list, { output, workers: 0, minBoxShare: 0.02, ...recipe });
        const [record] = await packed.then(
          async ({ recPath }) => await recordsOf(recPath),
          // The square need not hold any of the box.
          (error: Error) =>
            /No image of the list has a box left/.test(error.message) ? [] : Promise.reject(error),
        );
        if (record === undefined) return;
        const [object] = decodeDetectionLabel(record.labels).objects;
        const found = await findRed(record.image);
        for (const [at, side] of object!.xyxy.entries()) {
          // A pixel and a half of the smallest result.
          expect(Math.abs(side - found![at]!), `side ${at} of ${object!.xyxy} against ${found}`).toBeLessThan(
            1.5 / 47,
          );
        }
      }),
      { numRuns: 60, seed: 16 },
    );
  }, 60_000);
});

/** The box and the sides as they stand upright. */
function upright(
  { left, top, width, height }: PixelBox,
  sides: { readonly width: number; readonly height: number },
  orientation: number,
) {
  const { width: w, height: h } = sides;
  const [x0, y0, x1, y1] = turnBox([left / w, top / h, (left + width) / w, (top + height) / h], orientation);
  const [uw, uh] = orientation >= 5 ? [h, w] : [w, h];
  const box = { left: x0 * uw, top: y0 * uh, width: (x1 - x0) * uw, height: (y1 - y0) * uh };
  return { box, sides: { width: uw, height: uh } };
}
