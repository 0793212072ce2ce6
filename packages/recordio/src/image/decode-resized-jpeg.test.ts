import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeResizedJpeg } from "./decode-resized-jpeg.js";
import { photo, profiledPhoto, psnr } from "./test-photos.js";
import { loadTurboAddon } from "./turbo-addon.js";

describe.skipIf(loadTurboAddon().addon === undefined)("decodeResizedJpeg", () => {
  it.each([
    [90, 70],
    [50, 40],
    [20, 15],
    [9, 40],
  ])("brings a JPEG to %i x %i as an exact triangle does", async (width, height) => {
    const jpeg = await photo(200, 150);
    const found = decodeResizedJpeg(jpeg, () => ({ width, height }))!;
    expect([found.width, found.height, found.rgb.length]).toEqual([width, height, width * height * 3]);
    const options = { fit: "fill", kernel: "linear", fastShrinkOnLoad: false } as const;
    const exact = await sharp(jpeg).resize(width, height, options).raw().toBuffer();
    expect(psnr(found.rgb, exact)).toBeGreaterThan(34);
  });

  it("asks for a size by the sides of the upright image, and turns it", async () => {
    const asked: number[][] = [];
    // Without the colour profile that comes with the orientation.
    const jpeg = await sharp(await photo(200, 150, { orientation: 6 }))
      .keepExif()
      .jpeg()
      .toBuffer();
    const found = decodeResizedJpeg(jpeg, (...sides) => {
      asked.push(sides);
      return { width: 30, height: 60 };
    })!;
    expect(asked).toEqual([[150, 200]]);
    const exact = await sharp(jpeg)
      .autoOrient()
      .resize(30, 60, { fit: "fill", kernel: "linear" })
      .raw()
      .toBuffer();
    expect(psnr(found.rgb, exact)).toBeGreaterThan(30);
  });

  it.each([
    ["what would become larger", () => photo(40, 30), { width: 41, height: 20 }],
    ["what keeps its size", () => photo(40, 30), { width: 40, height: 30 }],
    ["what it is given no size for", () => photo(40, 30), undefined],
    [
      "a progressive one",
      async () =>
        await sharp(await photo(40, 30))
          .jpeg({ progressive: true })
          .toBuffer(),
      { width: 8, height: 8 },
    ],
    ["one with a colour profile", () => profiledPhoto(40, 30), { width: 8, height: 8 }],
    ["one that is cut short", async () => (await photo(40, 30)).subarray(0, -40), { width: 30, height: 20 }],
    [
      "one that is cut short and scaled in the decoder",
      async () => (await photo(400, 300)).subarray(0, -400),
      { width: 8, height: 8 },
    ],
    ["no picture", async () => Buffer.from("no picture"), { width: 8, height: 8 }],
  ])("leaves %s to another decoder", async (_, make, size) => {
    expect(decodeResizedJpeg(await make(), () => size)).toBeUndefined();
  });
});
