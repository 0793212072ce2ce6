import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeJpeg } from "./decode-jpeg.js";
import { photo, pixelsOf, profiledPhoto, psnr } from "./test-photos.js";
import { loadTurboAddon } from "./turbo-addon.js";

describe.skipIf(loadTurboAddon().addon === undefined)("decodeJpeg", () => {
  it("gives the pixels of an ordinary JPEG at its own size", async () => {
    const jpeg = await photo(80, 60);
    const { width, height, rgb } = decodeJpeg(jpeg)!;
    expect([width, height]).toEqual([80, 60]);
    expect(psnr(rgb, await pixelsOf(jpeg))).toBeGreaterThan(42);
  });

  it("makes RGB of grey", async () => {
    const grey = sharp(Buffer.alloc(16 * 8, 77), { raw: { width: 16, height: 8, channels: 1 } });
    expect([...new Set(decodeJpeg(await grey.jpeg().toBuffer())!.rgb)]).toEqual([77]);
  });

  it.each([
    ["one that must be turned", () => photo(40, 30, { orientation: 6 })],
    ["one with a colour profile", () => profiledPhoto(40, 30)],
    ["one that is cut short", async () => (await photo(40, 30)).subarray(0, -40)],
    [
      "CMYK",
      async () =>
        await sharp(await photo(40, 30))
          .toColourspace("cmyk")
          .jpeg()
          .toBuffer(),
    ],
    [
      "a PNG",
      async () =>
        await sharp(await photo(40, 30))
          .png()
          .toBuffer(),
    ],
    ["no picture", async () => Buffer.from("no picture")],
  ])("leaves %s to another decoder", async (_, make) => {
    expect(decodeJpeg(await make())).toBeUndefined();
  });

  it("leaves what is larger than it is told undecoded", async () => {
    expect(decodeJpeg(await photo(40, 30), 1199)).toBeUndefined();
    expect(decodeJpeg(await photo(40, 30), 1200)).toBeDefined();
  });
});
