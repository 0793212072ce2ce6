import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { ImageInputError } from "../shared/errors.js";
import { decodeImage, decodePicture } from "./decode-image.js";

/** Left half red, right half blue, 40 x 20. */
function halves(): Sharp {
  const pixels = Buffer.from(
    Array.from({ length: 800 }, (_, i) => (i % 40 < 20 ? [255, 0, 0] : [0, 0, 255])).flat(),
  );
  return sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } });
}

describe("decodePicture", () => {
  const larger = { width: 64, height: 64 };

  it.each([
    ["a JPEG", async () => await halves().jpeg().toBuffer()],
    ["a PNG", async () => await halves().png().toBuffer()],
    [
      "a JPEG that is to be turned",
      async () => await halves().withMetadata({ orientation: 3 }).jpeg().toBuffer(),
    ],
  ])("leaves %s that would be enlarged at its own size", async (_, make) => {
    const { width, height, rgb } = await decodePicture(await make(), larger);
    expect([width, height, rgb.length]).toEqual([40, 20, 2400]);
  });

  it.each([
    ["shrunk across", { width: 30, height: 64 }],
    ["shrunk where it is turned", { width: 64, height: 30 }],
    ["letterboxed", { ...larger, fit: "letterbox" }],
    ["cut", { ...larger, fit: "crop" }],
    ["enlarged linearly", { ...larger, resample: "bilinear" }],
    ["seen in part", { ...larger, view: { left: 0, top: 0, width: 1, height: 1, flip: true } }],
  ] as const)("brings a picture that is %s to the size", async (_, options) => {
    const { width, height, rgb } = await decodePicture(await halves().jpeg().toBuffer(), options);
    expect([width, height]).toEqual([options.width, options.height]);
    expect(rgb.length).toBe(width * height * 3);
  });

  it("refuses one that is cut short, as decodeImage does", async () => {
    const jpeg = await halves().jpeg().toBuffer();
    await expect(decodePicture(jpeg.subarray(0, -30), larger)).rejects.toThrow(ImageInputError);
  });

  /** A soft picture of 300x200 with a bright corner at the top left. */
  const scene = async (): Promise<Sharp> => {
    const pixels = Buffer.alloc(30 * 20 * 3, 60);
    for (const [x, y, colour] of [
      [4, 3, 0],
      [14, 9, 1],
      [25, 16, 2],
    ] as const)
      for (let i = -3; i < 4; i++)
        for (let j = -3; j < 4; j++) pixels[((y + j) * 30 + x + i) * 3 + colour] = 230;
    const small = sharp(pixels, { raw: { width: 30, height: 20, channels: 3 } });
    return sharp(await small.resize(300, 200, { kernel: "cubic" }).png().toBuffer());
  };

  it.each<[string, Parameters<typeof decodePicture>[1]]>([
    ["stretched", { width: 40, height: 40 }],
    ["a little smaller", { width: 250, height: 190 }],
    ["cropped", { width: 60, height: 60, fit: "crop" }],
    ["scaled and cropped", { width: 56, height: 56, fit: "crop", resize: 64 }],
    ["stretched and cropped", { width: 56, height: 56, resize: 65 }],
  ])(
    "gives of an ordinary JPEG, upright or turned, what decodeImage gives of a PNG: %s",
    async (_, options) => {
      const upright = await scene();
      const png = await decodeImage(await upright.clone().png().toBuffer(), options);
      for (const [orientation, degrees] of [
        [1, 0],
        [3, 180],
        [6, 270],
        [8, 90],
      ] as const) {
        const turned = await upright.clone().rotate(degrees).withMetadata({ orientation }).png().toBuffer();
        // Without the colour profile that comes with the orientation.
        const jpeg = await sharp(turned)
          .keepExif()
          .jpeg({ quality: 98, chromaSubsampling: "4:4:4" })
          .toBuffer();
        expect((await sharp(jpeg).metadata()).orientation).toBe(orientation);
        const { width, height, rgb } = await decodePicture(jpeg, options);
        expect([width, height, rgb.length]).toEqual([options.width, options.height, png.length]);
        const apart = rgb.map((value, i) => Math.abs(value - png[i]!));
        expect(apart.reduce((a, b) => a + b) / apart.length, `orientation ${orientation}`).toBeLessThan(2);
        expect(apart.reduce((a, b) => Math.max(a, b))).toBeLessThan(16);
      }
    },
  );
});
