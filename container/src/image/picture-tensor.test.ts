import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cubicWeights } from "./cubic-weights.js";
import type { DecodedPicture } from "./decode-image.js";
import { IMAGENET_INPUT } from "./image-input.js";
import { PictureTensor } from "./picture-tensor.js";

/** Values as they are. */
const plain = { ...IMAGENET_INPUT, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** Bytes that look like noise, so that any wrong weight shows. */
function noise(width: number, height: number, seed = 1): DecodedPicture {
  const rgb = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => (Math.imul(at + seed, 2654435761) >>> 13) & 255,
  );
  return { width, height, rgb };
}

/** A channel of a picture, enlarged value by value, and held to what a pixel can be. */
function enlarged(picture: DecodedPicture, width: number, height: number, channel: number): number[] {
  const across = cubicWeights(picture.width, width);
  const down = cubicWeights(picture.height, height);
  return down.flatMap((row) =>
    across.map((column) => {
      let sum = 0;
      row.weights.forEach((weightDown, i) => {
        column.weights.forEach((weightAcross, j) => {
          if (weightDown === 0 || weightAcross === 0) return;
          const at = ((row.first + i) * picture.width + column.first + j) * 3 + channel;
          sum += weightDown * weightAcross * picture.rgb[at]!;
        });
      });
      return Math.max(0, Math.min(255, sum));
    }),
  );
}

/** The largest difference of two lists of equally many values. */
function farthest(values: Float32Array, wanted: readonly number[]): number {
  expect(values.length).toBe(wanted.length);
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
}

describe("PictureTensor", () => {
  const pair = { ...plain, width: 2, height: 1 };
  const picture = { width: 2, height: 1, rgb: Uint8Array.of(10, 20, 30, 40, 50, 60) };

  it("writes channel after channel, scaled and centred, each picture in its place", () => {
    const tensor = new PictureTensor({ ...pair, scale: 2, mean: [1, 2, 3], std: [1, 2, 4] }, 2);
    tensor.put({ ...picture, rgb: new Uint8Array(6) }, 0);
    tensor.put(picture, 1);
    expect([...tensor.values(2)]).toEqual([-1, -1, -1, -1, -0.75, -0.75, 19, 79, 19, 49, 14.25, 29.25]);
  });

  it("writes pixel after pixel for NHWC", () => {
    const tensor = new PictureTensor({ ...pair, layout: "NHWC", mean: [0, 0, 10] }, 1);
    tensor.put(picture, 0);
    expect([...tensor.values(1)]).toEqual([10, 20, 20, 40, 50, 50]);
  });

  it("swaps red and blue for BGR, and mean and std follow the tensor's order", () => {
    const tensor = new PictureTensor({ ...pair, channels: "BGR", mean: [100, 0, 0] }, 1);
    tensor.put(picture, 0);
    expect([...tensor.values(1)]).toEqual([-70, -40, 20, 50, 10, 40]);
  });

  it("computes every pixel, whatever the sides: those of a vector's length and the rest", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const input = { ...IMAGENET_INPUT, width, height };
        const tensor = new PictureTensor(input, 1);
        const { rgb } = noise(width, height);
        tensor.put({ width, height, rgb }, 0);
        const { scale, mean, std } = input;
        const wanted = [0, 1, 2].flatMap((c) =>
          Array.from({ length: width * height }, (_, i) => (rgb[i * 3 + c]! * scale - mean[c]!) / std[c]!),
        );
        expect(farthest(tensor.values(1), wanted)).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  it("enlarges as the cubic filter says, whatever the sides, in one tensor after another and in both layouts", () => {
    const sides = fc.record({
      width: fc.integer({ min: 4, max: 30 }),
      height: fc.integer({ min: 1, max: 30 }),
      wider: fc.integer({ min: 0, max: 20 }),
      higher: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(sides, ({ width, height, wider, higher }) => {
        const [toWidth, toHeight] = [width + wider, height + higher];
        for (const layout of ["NCHW", "NHWC"] as const) {
          const tensor = new PictureTensor({ ...plain, layout, width: toWidth, height: toHeight }, 2);
          // What a picture of the input's own size leaves behind does not show.
          tensor.put(noise(toWidth, toHeight, 7), 0);
          tensor.put(noise(width, height), 0);
          tensor.put(noise(width, height, 9), 1);
          const wanted = [noise(width, height), noise(width, height, 9)].flatMap((picture) => {
            const planes = [0, 1, 2].map((channel) => enlarged(picture, toWidth, toHeight, channel));
            return layout === "NCHW"
              ? planes.flat()
              : planes[0]!.flatMap((_, i) => planes.map((plane) => plane[i]!));
          });
          expect(farthest(tensor.values(2), wanted)).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("enlarges noise as Pillow's bicubic does, within what its two roundings come to, two pixels from the edges", async () => {
    const fixture = new URL("../../test/fixtures/enlarged.json", import.meta.url);
    const { width, height, rgb } = JSON.parse(await readFile(fixture, "utf8"));
    const theirs = Buffer.from(rgb, "base64");
    const tensor = new PictureTensor({ ...plain, layout: "NHWC", width, height }, 1);
    const soft = noise(20, 15).rgb.map((value) => 64 + (value >> 1));
    tensor.put({ width: 20, height: 15, rgb: soft }, 0);
    // Beyond the edges Pillow takes nothing, and torchvision the last pixel again, as is done here.
    const inside = (at: number): boolean => {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      return x >= 6 && x < width - 6 && y >= 6 && y < height - 6;
    };
    const ours = tensor.values(1).filter((_, at) => inside(at));
    expect(
      farthest(
        ours,
        [...theirs].filter((_, at) => inside(at)),
      ),
    ).toBeLessThan(1.125);
  });
});
